"""An evaluation as Markdown, JSON and plots."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mididraw.evaluation.evaluator import EngineMetrics
from mididraw.evaluation.measures.frechet import FrechetDistance
from mididraw.evaluation.plots import draw_front, draw_slider
from mididraw.evaluation.speed import Speed

_INTRODUCTION = """# Evaluation

Written by `mididraw evaluate`: {drawings} QuickDraw drawings of different categories, default
options but for what a row's name says, everything played by a grand piano. Real music are the
POP909 songs that no model was trained on ({songs} songs).

- **F1**, ink played, notes on ink, strays: within one row and one step of the canvas; **IoU**:
  exactly. All of the drawing's own track.
- **found**: share of drawings that their roll alone finds among all {drawings} (chamfer distance).
- **FAD**: Fréchet audio distance of the embeddings of the first 15 s to {clips} excerpts as long of
  the real songs, by {embedders}, with a bootstrap interval over the clips. It is larger for fewer
  clips: compare rows of as many pieces.
- **FMD**: Fréchet distance of the notes, as the embedding of music has them: it hears pitches and
  rhythms, whatever key and instrument.
- **agreement**: mean overlap of the distributions of eleven figures with those of real songs.
- **dissonant**: share of the pairs of pitches that sound together that are a semitone or a tritone
  apart, give or take octaves.
- **returns**: how much more alike a bar's pitch classes are to those of the bar four later than to
  any bar's (cosines); **rhythm**: the same of onsets, the best of one, two and four bars.
- **hammered**: share of notes of at most a 16th on a key released less than a 16th before;
  **short**: share of notes of at most a 16th.
- **ends at home**: share of pieces whose last two beats hold the tonic and its third or fifth, the
  lowest note one of the three; **tonic**: whose last chord is the tonic's. The songs' excerpts end
  where they are cut.
- **motifs**: share of the top voice's figures of four onsets that occur again, less the same of its
  moves in any order. It grows with the number of figures: compare pieces of the same length.
- **bits a note**: under our model, the top voice taken for the lead; low is either good or dull,
  real music is the measure.
- **share**: of the velocity squared that sounds, the drawing's track's.
"""

_CLOSENESS = (
    *("F1", "likeness", "ink played", "notes on ink", "IoU"),
    *("strays", "found", "in five", "share"),
)
_MUSIC = (
    "agreement",
    "in key",
    "dissonant",
    "entropy",
    "pitches at once",
    "notes a second",
    "on 8ths",
    "bits a note",
    "seconds",
)

_FORM = ("returns", "rhythm", "hammered", "short", "ends at home", "tonic", "motifs")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two sets of clips and how far apart an embedder finds them."""

    embedder: str
    one: str
    other: str
    distance: FrechetDistance


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What was measured.

    Attributes:
        songs: real songs.
        real: figures of other real music.
        engines: figures of the engines and their strengths.
        ablations: figures of the default with parts left out.
        pairs: the seed's comparison pairs.
        speeds: of our model and of a giant's shape.
        notes: the distance of notes of real songs to others, as they are and changed.
    """

    songs: int
    real: tuple[EngineMetrics, ...]
    engines: tuple[EngineMetrics, ...]
    ablations: tuple[EngineMetrics, ...]
    pairs: tuple[Pair, ...]
    speeds: tuple[Speed, ...] = ()
    notes: dict[str, FrechetDistance] = field(default_factory=dict)


def write_report(evaluation: Evaluation, folder: Path) -> list[Path]:
    """Write ``README.md``, ``evaluation.json`` and two plots; returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    everything = (*evaluation.real, *evaluation.engines, *evaluation.ablations)
    figures = folder / "evaluation.json"
    rows = [row.as_json() for row in everything]
    figures.write_text(json.dumps(rows, indent=1) + "\n")
    front, slider = folder / "front.png", folder / "strength.png"
    draw_front(evaluation.engines, evaluation.real, front)
    draw_slider(evaluation.engines, slider)
    text = folder / "README.md"
    text.write_text(_markdown(evaluation))
    return [text, figures, front, slider]


def _markdown(evaluation: Evaluation) -> str:
    engines = evaluation.engines
    parts = [
        _INTRODUCTION.format(
            drawings=engines[0].pieces,
            songs=evaluation.songs,
            clips=engines[0].distance.clips[0],
            embedders=" and ".join(engines[0].distances),
        ),
        "## Match\n",
        _closeness_table(engines),
        "## Music\n",
        _music_table((*evaluation.real, *engines)),
        "## Form\n",
        _form_table((*evaluation.real, *engines)),
        "![Match against musicality](front.png)\n",
        "![The strength slider](strength.png)\n",
    ]
    if evaluation.ablations:
        default = [one for one in engines if one.name == "guided 50"]
        rows = (*default, *evaluation.ablations)
        parts += [
            "## Parts left out\n",
            _closeness_table(rows),
            _music_table(rows),
            _form_table(rows),
        ]
    if evaluation.speeds:
        parts += [
            "## The models' speed\n",
            "One drawing of 8 bars, 8 candidates, strength 100, no GPU, from canvas to score; the\n"
            "giant has random weights of the published shape.\n",
            _table(
                ("model", "seconds", "tokens of all candidates", "tokens/s"),
                [
                    (s.model, f"{s.seconds:.1f}", str(s.tokens), f"{s.tokens / s.seconds:.0f}")
                    for s in evaluation.speeds
                ],
            ),
        ]
    parts += [
        "## What the distance of notes tells\n",
        "One half of the real songs beside the other half, as it is and changed.\n",
        _table(
            ("other half", "FMD (95 %)"),
            [(name, str(distance)) for name, distance in evaluation.notes.items()],
        ),
        "## The seed's pairs\n",
        "`waves_gt` is real music, `waves_img` the naive engine's, `gen_wav` the guided engine's;\n"
        "`1` and `2` are halves without a song in common, `10` clips of 10 s.\n",
        _table(
            ("pair", "embedder", "Fréchet audio distance (95 %)", "clips"),
            [
                (
                    f"`{p.one}` & `{p.other}`",
                    p.embedder,
                    str(p.distance),
                    "{} & {}".format(*p.distance.clips),
                )
                for p in evaluation.pairs
            ],
        ),
    ]
    return "\n".join(parts)


def _closeness_table(metrics: Sequence[EngineMetrics]) -> str:
    rows = []
    for one in metrics:
        if (c := one.closeness) is None:
            continue
        shares = (c.f1, c.likeness, c.coverage, c.precision, c.iou)
        rows.append(
            (
                one.name,
                *(f"{share:.3f}" for share in shares),
                *(f"{share:.1%}" for share in (c.strays, c.top1, c.top5, c.energy)),
            )
        )
    return _table(("", *_CLOSENESS), rows)


def _music_table(metrics: Sequence[EngineMetrics]) -> str:
    rows = []
    for one in metrics:
        f = one.figures
        rows.append(
            (
                one.name,
                *(str(distance) for distance in one.distances.values()),
                str(one.notes),
                f"{one.agreement:.2f}",
                f"{f.in_key:.1%}",
                f"{f.dissonance:.1%}",
                f"{f.entropy:.2f}",
                f"{f.polyphony:.1f}",
                f"{f.notes_per_second:.1f}",
                f"{f.on_eighths:.0%}",
                f"{one.bits_per_note:.1f}",
                "" if one.seconds is None else f"{one.seconds:.1f}",
            )
        )
    embedders = (f"FAD, {name}" for name in metrics[0].distances)
    return _table(("", *embedders, "FMD, notes", *_MUSIC), rows)


def _form_table(metrics: Sequence[EngineMetrics]) -> str:
    rows = []
    for one in metrics:
        f = one.form
        rows.append(
            (
                one.name,
                f"{f.returns:.3f}",
                f"{f.rhythm:.3f}",
                *(f"{share:.0%}" for share in (f.hammered, f.short, f.home, f.tonic)),
                f"{f.motifs:.2f}",
            )
        )
    return _table(("", *_FORM), rows)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
