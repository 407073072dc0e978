"""What is said while a drawing becomes music."""

from bot.texts import Texts
from worker.contract import Event, Filming, Progress, Queued, Rendering, Started


def tell(event: Event, texts: Texts) -> str:
    """An event as a line for the person who waits; empty for the end, which the answer tells."""
    match event:
        case Queued(position=position, wait=None):
            return texts("queued", position=position)
        case Queued(position=position, wait=float(wait)):
            return texts("queued-wait", position=position, seconds=max(round(wait), 1))
        case Started(attempt=1):
            return texts("started")
        case Started():
            return texts("started-again")
        case Progress(bar=bar, bars=bars):
            return texts("progress", bar=min(bar + 1, bars), bars=bars)
        case Rendering():
            return texts("rendering")
        case Filming(second=second, seconds=seconds):
            return texts("filming", second=second, seconds=seconds)
        case _:
            return ""
