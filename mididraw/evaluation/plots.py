"""Plots of an evaluation."""

from collections.abc import Sequence
from pathlib import Path

from matplotlib.figure import Figure

from mididraw.evaluation.evaluator import Closeness, EngineMetrics

_COLOURS = {
    "guided": "#d1495b",
    "mosaic": "#66a182",
    "columns": "#7768ae",
    "vae": "#c06e52",
    "diffusion": "#2e86c1",
    "gan": "#b03a8f",
    "pointer": "#edae49",
    "chords": "#00798c",
    "naive": "#8d96a3",
}
_SIZE = (8, 4.5)
_Point = tuple[EngineMetrics, Closeness]


def draw_front(engines: Sequence[EngineMetrics], real: Sequence[EngineMetrics], path: Path) -> None:
    """Match across, distance to real music up: the lower right is best."""
    figure = Figure(figsize=_SIZE, layout="constrained")
    axes = figure.subplots()
    for engine, points in _by_engine(engines).items():
        across = [closeness.f1 for _, closeness in points]
        up = [row.distance.value for row, _ in points]
        colour = _COLOURS[engine]
        axes.plot(across, up, "o-", color=colour, label=engine)
        for row, closeness in points:
            strength = row.name.removeprefix(engine).strip()
            place = (closeness.f1, row.distance.value)
            axes.annotate(strength, place, xytext=(4, 5), textcoords="offset points", fontsize=8)
    for row in real:
        axes.axhline(row.distance.value, color="#bbbbbb", linestyle=":")
        axes.annotate(row.name, (0.0, row.distance.value), fontsize=8, color="#777777")
    axes.set_xlabel("match with the drawing (F1)")
    axes.set_ylabel("distance to real music (FAD)")
    axes.set_ylim(bottom=0)
    axes.set_xlim(0, 1.02)
    axes.legend()
    figure.savefig(path, dpi=120)


def draw_slider(engines: Sequence[EngineMetrics], path: Path) -> None:
    """What the strength slider does: F1 and distance over it."""
    points = _by_engine(engines)["guided"]
    strengths = [int(row.name.split()[1]) for row, _ in points]
    figure = Figure(figsize=_SIZE, layout="constrained")
    left = figure.subplots()
    right = left.twinx()
    left.plot(strengths, [closeness.f1 for _, closeness in points], "o-", color="#00798c")
    left.set_ylabel("match with the drawing (F1)", color="#00798c")
    left.set_ylim(0, 1)
    values = [row.distance for row, _ in points]
    right.plot(strengths, [one.value for one in values], "s-", color="#d1495b")
    low, high = [one.low for one in values], [one.high for one in values]
    right.fill_between(strengths, low, high, color="#d1495b", alpha=0.15)
    right.set_ylabel("distance to real music (FAD)", color="#d1495b")
    right.set_ylim(bottom=0)
    left.set_xlabel("strength")
    figure.savefig(path, dpi=120)


def _by_engine(rows: Sequence[EngineMetrics]) -> dict[str, list[_Point]]:
    """Each engine's drawings alone, in the order of strength."""
    return {
        engine: [
            (row, row.closeness)
            for row in rows
            if row.closeness and row.name.split()[0] == engine and "," not in row.name
        ]
        for engine in reversed(_COLOURS)
    }
