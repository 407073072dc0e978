"""What ``mididraw evaluate`` does."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from mididraw.evaluation.judge import (
    VGGISH,
    YAMNET,
    Ear,
    Heard,
    Judge,
    Verdict,
    first_seconds,
)
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
from mididraw.measure.embed import Embeddings, Yamnet
from mididraw.measure.frechet import RESAMPLES
from mididraw.measure.reference import game_songs, pop_songs
from mididraw.measure.vggish import Vggish

_SHORT = 10.0
_GAMES = 30
"""Songs of VGMIDI, which give about as many clips as there are drawings."""
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
    """Where drawings, songs and the ear come from; none of it is part of the product.

    Attributes:
        quickdraw: drawings as ndjson, may be gzipped.
        pop909: archive of POP909.
        vgmidi: archive of VGMIDI; None leaves game music out.
        yamnet: YAMNet's TFLite file.
        vggish: VGGish's weights; None leaves it out.
        fetch_vggish: download VGGish's weights.
        ending: of the numbers of the POP909 songs to compare with; our models were trained on none
            that ends in 9.
    """

    quickdraw: Path
    pop909: Path
    vgmidi: Path | None
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
            data / "vgmidi.tar.gz",
            data / "yamnet" / "yamnet.tflite",
        )

    def ears(self) -> dict[str, Ear]:
        """What hears.

        Raises:
            ModelError: weights cannot be read or downloaded.
        """
        ears: dict[str, Ear] = {YAMNET: Yamnet(self.yamnet)}
        if self.vggish or self.fetch_vggish:
            ears[VGGISH] = Vggish(self.vggish)
        return ears


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
    strokes, ears = drawings(sources.quickdraw, count), sources.ears()
    songs = pop_songs(sources.pop909, sources.ending)
    tell(f"listening to {len(songs)} songs")
    judge = Judge(songs, ears, resamples=resamples)
    real = [judge.floor("POP909, one half against the other")]
    if sources.vgmidi:
        games = game_songs(sources.vgmidi)
        chosen_games = games[:: max(len(games) // _GAMES, 1)][:_GAMES]
        real.append(judge.judge_songs("VGMIDI", chosen_games))
    real.append(judge.judge_scores("our model, free", free_music(count, _BARS)))
    tell(f"our model, free: FAD {real[-1].distance}")
    heard: dict[str, Heard] = {}

    def compare(setting: Setting) -> Verdict:
        def told(done: int) -> None:
            if done == len(strokes):
                tell(f"{setting.name}: played")

        verdict, heard[setting.name] = judge.judge(setting.name, play(setting, strokes, told))
        tell(f"{setting.name}: FAD {verdict.distance}, agreement {verdict.agreement:.2f}")
        return verdict

    engines = [compare(one) for one in (settings() if chosen is None else chosen)]
    parts = [compare(one) for one in (ablations() if left_out is None else left_out)]
    measured = speeds(strokes[0]) if parts else []
    pairs = _pairs(judge, heard)
    return Evaluation(
        len(songs),
        tuple(real),
        tuple(engines),
        tuple(parts),
        tuple(pairs),
        tuple(measured),
        judge.notes_of_real_music(),
    )


def _pairs(judge: Judge, heard: dict[str, Heard]) -> list[Pair]:
    """The seed's pairs, by every ear; shorter clips by YAMNet alone, whose frames are short."""
    found = []
    for ear in judge.real:
        sets: dict[str, list[Embeddings]] = {
            "waves_gt": judge.real[ear],
            "waves_gt1": judge.halves[0][ear],
            "waves_gt2": judge.halves[1][ear],
        }
        for name, row in (("waves_img", "naive"), ("gen_wav", _DEFAULT)):
            if row in heard:
                sets[name] = heard[row][ear]
                sets[f"{name}1"] = sets[name][: len(sets[name]) // 2]
        if ear == YAMNET:
            whole = ("waves_gt", "waves_img", "gen_wav")
            short = {name: first_seconds(sets[name], _SHORT) for name in whole if name in sets}
            sets |= {f"{name}10": clips for name, clips in short.items()}
        found += [
            Pair(ear, one, other, judge.distance(sets[one], sets[other]))
            for one, other in _PAIRS
            if one in sets and other in sets
        ]
    return found
