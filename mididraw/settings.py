"""What the host decides, read once from ``MIDIDRAW_…`` environment variables."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, ClassVar, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from mididraw.errors import OptionError, Sentence, reason

PREFIX = "MIDIDRAW_"
POCKET = "pocket"
"""The model that comes with the library."""


class Settings(BaseModel):
    """Settings of the library; frozen, unknown names refused.

    Other processes have settings of their own beside these, in a class that inherits from this
    one. Their variables begin with a word of ``others``, and are none of the library's business.
    """

    others: ClassVar[tuple[str, ...]] = (
        *("REDIS_", "WORKER_", "WATCH_", "JOBS_", "PUBLIC_", "OWNERS", "METRICS_"),
        *("TELEGRAM_", "DISCORD_", "WEB_"),
    )
    plain: ClassVar[tuple[str, ...]] = ()
    """Settings whose variables have no prefix, as everybody calls them so."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    soundfont: Path | None = Field(
        None, description="SoundFont to play with (SF2 or SF3); pretty_midi's own if not given."
    )
    model: str = Field(
        POCKET,
        description="Writes the music: pocket, a .safetensors file of ours, or a giant's name with "
        "the path of its checkpoint, giant-medium=PATH.",
    )
    mp3_bitrate: Annotated[int, Field(ge=32, le=320)] = Field(
        192, description="Bit rate of the MP3, in kbit/s."
    )
    video_bytes: Annotated[int, Field(ge=200_000)] = Field(
        9_500_000, description="Bytes that a video may have; chats take 10 MB everywhere."
    )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Read ``MIDIDRAW_SOUNDFONT`` and the like; a misspelt variable is an error.

        An empty variable counts as not given. A secret may also lie in a file that
        ``…_FILE`` names; an empty file counts as not given, too.

        Raises:
            OptionError: a variable is unknown or its value cannot be used.
        """
        given = {
            name.removeprefix(PREFIX).lower(): value
            for name, value in environment.items()
            if name.startswith(PREFIX) and not name.removeprefix(PREFIX).startswith(cls.others)
        }
        given |= {name: environment.get(name.upper(), "") for name in cls.plain}
        for name in cls.secrets():
            file = environment.get(f"{cls.variable(name)}_FILE")
            given.pop(f"{name}_file", None)
            if file and (kept := _kept(file, f"{cls.variable(name)}_FILE")):
                if given.get(name):
                    both = f"{cls.variable(name)} and {cls.variable(name)}_FILE"
                    raise OptionError(
                        "setting-twice", "Both {both} are given: leave one of them out.", both=both
                    )
                given[name] = kept
        given = {name: value for name, value in given.items() if value}
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            name = cls.variable(str(first["loc"][0]))
            known = ", ".join(cls.variable(field) for field in cls.model_fields)
            why = reason(first)
            if first["type"] == "extra_forbidden":
                why = Sentence.of(
                    "setting-unknown", "no such setting; there are {known}", known=known
                )
            raise OptionError(
                "setting-invalid", "The variable {name} is wrong: {why}.", name=name, why=why
            ) from error

    @classmethod
    def secrets(cls) -> list[str]:
        """Settings that nobody may see."""
        return [name for name, field in cls.model_fields.items() if _is_secret(field.annotation)]

    @classmethod
    def variable(cls, field: str) -> str:
        """The name of a setting's environment variable."""
        return field.upper() if field in cls.plain else PREFIX + field.upper()


def _is_secret(annotation: object) -> bool:
    return annotation is SecretStr or SecretStr in get_args(annotation)


def _kept(file: str, variable: str) -> str:
    try:
        return Path(file).read_text().strip()
    except (OSError, UnicodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text"
        raise OptionError(
            "setting-file-unread",
            "The file that {variable} names cannot be read: {why}.",
            variable=variable,
            why=why,
        ) from error
