"""What the host decides."""

from pathlib import Path

import pytest

from mididraw.errors import OptionError
from mididraw.settings import Settings


def test_settings_come_from_the_environment() -> None:
    settings = Settings.from_environment(
        {"MIDIDRAW_SOUNDFONT": "/sounds/a.sf2", "MIDIDRAW_MP3_BITRATE": "128", "HOME": "/root"}
    )
    assert settings == Settings(soundfont=Path("/sounds/a.sf2"), mp3_bitrate=128)


@pytest.mark.parametrize(
    ("name", "value"),
    [("MIDIDRAW_SOUNDFNOT", "x"), ("MIDIDRAW_MP3_BITRATE", "loud"), ("MIDIDRAW_MP3_BITRATE", "9")],
)
def test_a_wrong_variable_is_named(name: str, value: str) -> None:
    with pytest.raises(OptionError, match=name):
        Settings.from_environment({name: value})
