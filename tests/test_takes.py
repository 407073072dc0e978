"""Several takes: pieces to choose from, which share the candidates of one."""

import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from mididraw.cli.commands import app
from mididraw.draw import draw, prepare_request
from mididraw.errors import OptionError
from mididraw.options import DrawOptions, Engine
from mididraw.render.contact_sheet import contact_sheet
from mididraw.render.palette import PALETTES
from mididraw.takes import draw_takes, requests_for_takes
from tests.conftest import EXAMPLES

FOUR = DrawOptions(seed=2**31 - 2, takes=4)


def test_each_take_is_the_piece_that_its_own_options_give(example: Path) -> None:
    takes = draw_takes([example], FOUR.model_copy(update={"bars": 2}), title="A cat")
    assert len({drawing.midi for drawing in takes.drawings}) == 4
    assert len({drawing.score.tempo for drawing in takes.drawings}) == 1
    for drawing in takes.drawings:
        assert drawing.options.takes == 1
        assert draw([example], drawing.options).midi == drawing.midi


def test_takes_show_how_far_the_slowest_is_and_can_be_stopped(example: Path) -> None:
    told = []

    class StopError(Exception):
        pass

    def progress(stage: str, done: int, parts: int) -> None:
        if stage == "engine":
            told.append((done, parts))
            if done == 2:
                raise StopError

    with pytest.raises(StopError):
        draw_takes([example], FOUR.model_copy(update={"bars": 4}), progress=progress)
    assert told == sorted(told)
    # The decoder is free again.
    assert len(draw_takes([example], FOUR.model_copy(update={"bars": 1})).drawings) == 4


@pytest.mark.parametrize(("takes", "candidates"), [(2, 8), (4, 8), (3, 8), (4, 2)])
def test_takes_share_the_candidates_of_one_piece(
    example: Path, takes: int, candidates: int
) -> None:
    asked = DrawOptions(seed=1, takes=takes, candidates=candidates)
    requests = requests_for_takes(prepare_request([example], asked))
    own = [request.options.candidates for request in requests]
    assert len(own) == takes
    assert min(own) >= 1
    assert sum(own) <= max(candidates, takes)


@pytest.mark.parametrize("engine", [Engine.CHORDS, Engine.POINTER])
def test_other_engines_give_takes_too(example: Path, engine: Engine) -> None:
    options = FOUR.model_copy(update={"engine": engine, "bars": 2, "takes": 2})
    one, two = draw_takes([example], options).drawings
    assert one.midi != two.midi


def test_takes_have_no_video_and_the_naive_engine_none() -> None:
    with pytest.raises(OptionError, match="no video"):
        DrawOptions.of(takes=4, video="wide")
    with pytest.raises(OptionError, match="no use for takes"):
        DrawOptions.of(takes=4, engine="naive").refuse_unused(["takes"])
    with pytest.raises(OptionError, match="takes"):
        DrawOptions.of(takes=5)


def test_the_picture_shows_each_of_them_with_its_number(example: Path) -> None:
    takes = draw_takes([example], FOUR.model_copy(update={"bars": 2}), title="Cat")
    sheet = Image.open(io.BytesIO(takes.sheet))
    assert sheet.size == (1648, 1004)
    colours = [Image.new("RGB", (1280, 720), name) for name in ("red", "lime", "blue", "white")]
    plain = np.asarray(contact_sheet(colours, PALETTES[FOUR.theme], "Cat"))
    found = [tuple(map(int, plain[y, x])) for y in (300, 766) for x in (416, 1232)]
    assert found == [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)]
    fields = [plain[y : y + 58, x : x + 58] for y in (72, 538) for x in (16, 832)]
    assert len({field.tobytes() for field in fields}) == 4
    # The pieces' own rolls lie there: no two are alike.
    drawn = np.asarray(sheet)
    cells = [drawn[y : y + 330, x : x + 800] for y in (130, 596) for x in (16, 832)]
    assert len({cell.tobytes() for cell in cells}) == 4


def test_the_command_line_writes_four_pieces_and_the_picture(tmp_path: Path) -> None:
    words = ["draw", str(EXAMPLES / "cat.png"), "--takes", "4", "--bars", "2", "--json"]
    done = CliRunner().invoke(app, [*words, "--out", str(tmp_path)])
    report = json.loads(done.stdout)
    numbered = {f"cat-{n}.{ending}" for n in range(1, 5) for ending in ("mid", "mp3", "png")}
    assert {path.name for path in tmp_path.iterdir()} == numbered | {"cat.png"}
    assert Path(report["files"]["png"]).name == "cat.png"
    seeds = [take["seed"] for take in report["takes"]]
    assert [seed - seeds[0] for seed in seeds] == [0, 1, 2, 3]
