"""What ``mididraw evaluate`` does."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from mididraw.evaluation.judge import Judge, Verdict, first_seconds
from mididraw.evaluation.plan import Setting, ablations, drawings, play, settings
from mididraw.evaluation.report import Evaluation, Pair
from mididraw.measure.embed import Embeddings
from mididraw.measure.frechet import frechet
from mididraw.measure.reference import game_songs, pop_songs

_SHORT = 10.0
_GAMES = 30
"""Songs of VGMIDI, which give about as many clips as there are drawings."""
_DEFAULT = "guided 50"


@dataclass(frozen=True, slots=True)
class Sources:
    """Where drawings, songs and the ear come from; none of it is part of the product.

    Attributes:
        quickdraw: drawings as ndjson, may be gzipped.
        pop909: archive of POP909.
        vgmidi: archive of VGMIDI; None leaves game music out.
        yamnet: YAMNet's TFLite file.
        ending: of the numbers of the POP909 songs to compare with; our models were trained on none
            that ends in 9.
    """

    quickdraw: Path
    pop909: Path
    vgmidi: Path | None
    yamnet: Path
    ending: str = "9"

    @classmethod
    def below(cls, data: Path) -> "Sources":
        """All of them, by their names in one folder."""
        return cls(
            data / "quickdraw.ndjson.gz",
            data / "pop909.tar.gz",
            data / "vgmidi.tar.gz",
            data / "yamnet" / "yamnet.tflite",
        )


def compare_all(
    sources: Sources,
    count: int,
    tell: Callable[[str], None],
    *,
    chosen: Sequence[Setting] | None = None,
    left_out: Sequence[Setting] | None = None,
) -> Evaluation:
    """Measure every engine; takes about an hour for 100 drawings on two cores.

    Args:
        sources: what is measured with.
        count: drawings.
        tell: told of what is done.
        chosen: settings to compare; all if not given.
        left_out: ablations; all if not given.

    Raises:
        OptionError: the drawings cannot be read.
        MidiError: the songs cannot be read.
        ModelError: YAMNet cannot be read.
    """
    strokes = drawings(sources.quickdraw, count)
    songs = pop_songs(sources.pop909, sources.ending)
    tell(f"listening to {len(songs)} songs")
    judge = Judge(songs, sources.yamnet)
    real = [judge.floor("POP909, one half against the other")]
    if sources.vgmidi:
        games = game_songs(sources.vgmidi)
        chosen_games = games[:: max(len(games) // _GAMES, 1)][:_GAMES]
        real.append(judge.judge_songs("VGMIDI", chosen_games))
    heard: dict[str, list[Embeddings]] = {}

    def compare(setting: Setting) -> Verdict:
        def told(done: int) -> None:
            if done == len(strokes):
                tell(f"{setting.name}: played")

        verdict, heard[setting.name] = judge.judge(setting.name, play(setting, strokes, told))
        tell(f"{setting.name}: FAD {verdict.distance}, agreement {verdict.agreement:.2f}")
        return verdict

    engines = [compare(one) for one in (settings() if chosen is None else chosen)]
    parts = [compare(one) for one in (ablations() if left_out is None else left_out)]
    return Evaluation(
        len(songs), tuple(real), tuple(engines), tuple(parts), tuple(_pairs(judge, heard))
    )


def _pairs(judge: Judge, heard: dict[str, list[Embeddings]]) -> list[Pair]:
    sets = {
        "waves_gt": judge.real,
        "waves_gt1": judge.halves[0],
        "waves_gt2": judge.halves[1],
        "waves_gt10": first_seconds(judge.real, _SHORT),
        "waves_img": heard.get("naive"),
        "gen_wav": heard.get(_DEFAULT),
    }
    for name in ("waves_img", "gen_wav"):
        if found := sets[name]:
            sets[f"{name}10"] = first_seconds(found, _SHORT)
            sets[f"{name}1"] = found[: len(found) // 2]
    pairs = (
        ("waves_gt", "gen_wav"),
        ("waves_gt", "waves_img"),
        ("waves_gt1", "waves_gt2"),
        ("waves_gt1", "waves_img1"),
        ("waves_img", "gen_wav"),
        ("waves_gt10", "gen_wav10"),
        ("waves_gt10", "waves_img10"),
    )
    found_pairs = []
    for one, other in pairs:
        left, right = sets.get(one), sets.get(other)
        if left and right:
            found_pairs.append(Pair(one, other, frechet(left, right)))
    return found_pairs
