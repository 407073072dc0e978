"""What ``mididraw evaluate`` does."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from mididraw.corpora.songs import game_songs, pop_songs
from mididraw.evaluation.evaluator import (
    VGGISH,
    YAMNET,
    AudioEmbedder,
    EmbeddedClips,
    EngineMetrics,
    Evaluator,
    first_seconds,
)
from mididraw.evaluation.measures.embed import Embeddings, Yamnet
from mididraw.evaluation.measures.frechet import RESAMPLES
from mididraw.evaluation.measures.vggish import Vggish
from mididraw.evaluation.plan import (
    Setting,
    ablations,
    drawings,
    free_music,
    play,
    settings,
)
from mididraw.evaluation.report import Evaluation, Pair
from mididraw.evaluation.speed import speeds

_SHORT = 10.0
_GAMES = ("VGMIDI", "Freedoom", "OpenMSX")
"""Collections of game music: for the piano, and for several players."""
_GAME_SONGS = 30
"""Songs of each, which give about as many clips as there are drawings."""
_DEFAULT = "guided 50"
_BARS = 8
_PAIRS = (
    ("waves_gt", "gen_wav"),
    ("waves_gt", "waves_img"),
    ("waves_gt1", "waves_gt2"),
    ("waves_gt1", "waves_img1"),
    ("waves_img", "gen_wav"),
    ("waves_gt10", "gen_wav10"),
    ("waves_gt10", "waves_img10"),
)


@dataclass(frozen=True, slots=True)
class Sources:
    """Where drawings, songs and the audio embedder come from; none of it is part of the product.

    Attributes:
        quickdraw: drawings as ndjson, may be gzipped.
        pop909: archive of POP909.
        games: archives of game music, by what the rows are called.
        yamnet: YAMNet's TFLite file.
        vggish: VGGish's weights; None leaves it out.
        fetch_vggish: download VGGish's weights.
        ending: of the numbers of the POP909 songs to compare with; our models were trained on none
            that ends in 9.
    """

    quickdraw: Path
    pop909: Path
    games: dict[str, Path]
    yamnet: Path
    vggish: Path | None = None
    fetch_vggish: bool = False
    ending: str = "9"

    @classmethod
    def below(cls, data: Path) -> "Sources":
        """All of them but VGGish, by their names in one folder."""
        return cls(
            data / "quickdraw.ndjson.gz",
            data / "pop909.tar.gz",
            {name: data / f"{name.lower()}.tar.gz" for name in _GAMES},
            data / "yamnet" / "yamnet.tflite",
        )

    def embedders(self) -> dict[str, AudioEmbedder]:
        """The networks that embed audio, by name.

        Raises:
            ModelError: weights cannot be read or downloaded.
        """
        embedders: dict[str, AudioEmbedder] = {YAMNET: Yamnet(self.yamnet)}
        if self.vggish or self.fetch_vggish:
            embedders[VGGISH] = Vggish(self.vggish)
        return embedders


def compare_all(
    sources: Sources,
    count: int,
    tell: Callable[[str], None],
    *,
    chosen: Sequence[Setting] | None = None,
    left_out: Sequence[Setting] | None = None,
    resamples: int = RESAMPLES,
) -> Evaluation:
    """Measure every engine; takes about an hour for 100 drawings on two cores.

    Args:
        sources: what is measured with.
        count: drawings.
        tell: told of what is done.
        chosen: settings to compare; all if not given.
        left_out: ablations; all if not given.
        resamples: how often clips are drawn again for a distance's interval.

    Raises:
        OptionError: the drawings cannot be read.
        MidiError: the songs cannot be read.
        ModelError: YAMNet cannot be read.
    """
    strokes, embedders = drawings(sources.quickdraw, count), sources.embedders()
    songs = pop_songs(sources.pop909, sources.ending)
    tell(f"listening to {len(songs)} songs")
    evaluator = Evaluator(songs, embedders, resamples=resamples)
    real = [evaluator.floor("POP909, one half against the other")]
    for name, archive in sources.games.items():
        real.append(evaluator.evaluate_songs(name, game_songs(archive, _GAME_SONGS)))
    real.append(evaluator.evaluate_scores("our model, free", free_music(count, _BARS)))
    tell(f"our model, free: FAD {real[-1].distance}")
    embedded: dict[str, EmbeddedClips] = {}

    def compare(setting: Setting) -> EngineMetrics:
        def show_progress(done: int) -> None:
            if done == len(strokes):
                tell(f"{setting.name}: played")

        metrics, embedded[setting.name] = evaluator.evaluate(
            setting.name, play(setting, strokes, show_progress)
        )
        tell(f"{setting.name}: FAD {metrics.distance}, agreement {metrics.agreement:.2f}")
        return metrics

    engines = [compare(one) for one in (settings() if chosen is None else chosen)]
    parts = [compare(one) for one in (ablations() if left_out is None else left_out)]
    measured = speeds(strokes[0]) if parts else []
    pairs = _pairs(evaluator, embedded)
    return Evaluation(
        len(songs),
        tuple(real),
        tuple(engines),
        tuple(parts),
        tuple(pairs),
        tuple(measured),
        evaluator.notes_of_real_music(),
    )


def _pairs(evaluator: Evaluator, embedded: dict[str, EmbeddedClips]) -> list[Pair]:
    """The seed's pairs, by every embedder; shorter clips by YAMNet alone, for its short frames."""
    found = []
    for embedder in evaluator.real:
        sets: dict[str, list[Embeddings]] = {
            "waves_gt": evaluator.real[embedder],
            "waves_gt1": evaluator.halves[0][embedder],
            "waves_gt2": evaluator.halves[1][embedder],
        }
        for name, row in (("waves_img", "naive"), ("gen_wav", _DEFAULT)):
            if row in embedded:
                sets[name] = embedded[row][embedder]
                sets[f"{name}1"] = sets[name][: len(sets[name]) // 2]
        if embedder == YAMNET:
            whole = ("waves_gt", "waves_img", "gen_wav")
            short = {name: first_seconds(sets[name], _SHORT) for name in whole if name in sets}
            sets |= {f"{name}10": clips for name, clips in short.items()}
        found += [
            Pair(embedder, one, other, evaluator.distance(sets[one], sets[other]))
            for one, other in _PAIRS
            if one in sets and other in sets
        ]
    return found
