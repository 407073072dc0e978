"""What the HTTP API takes and gives."""

import base64
import binascii
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Base64Encoder, BaseModel, ConfigDict, EncodedBytes, Field

from bot.reply import Action, tell
from bot.reply.answer import buttons_for, likeness, songs, summary
from bot.texts import Texts
from mididraw.options import DrawOptions
from worker.contract import Answer, Done, Ended, Event, Failed, Filming, Progress, Queued

MOST_BYTES = 30 << 20
"""Of a request's body: 20 MB of pictures in base64, a prompt and the options."""

DrawId = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]


class _Strict(Base64Encoder):
    """Refuses what Python's own decoding passes over."""

    @classmethod
    def decode(cls, data: bytes) -> bytes:
        """Base64 and nothing else."""
        try:
            return base64.b64decode(data, validate=True)
        except binascii.Error as error:
            raise ValueError("it should be base64") from error


_Bytes = Annotated[bytes, EncodedBytes(encoder=_Strict)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DrawRequest(_Part):
    """A drawing to be played."""

    pictures: list[_Bytes] = Field(
        min_length=1,
        max_length=10,
        description="PNG, JPEG, WebP, GIF, BMP, TIFF, AVIF, HEIC, SVG or PDF; several: one piece.",
    )
    options: DrawOptions = Field(default_factory=DrawOptions)
    prompt: _Bytes | None = Field(None, description="A MIDI file to go on from.")
    to: str = Field(
        "",
        max_length=4096,
        description="The chat that it goes to: Telegram's initData, or a Discord link's token.",
    )


class VersionRequest(_Part):
    """Another version of a piece."""

    action: Action
    value: str | None = Field(
        None, max_length=100, description="Of the instrument, tempo or key, or a take's number."
    )


class FileName(StrEnum):
    """The files of a result."""

    MP3 = "mp3"
    MIDI = "mid"
    PNG = "png"
    MP4 = "mp4"


class ButtonView(_Part):
    """Something to ask for next."""

    action: Action
    label: str
    value: str = Field("", description="A take's number.")


class PieceView(_Part):
    """A piece that is drawn, and what can be asked for next."""

    options: DrawOptions
    bars: int
    chords: list[str]
    f1: float = Field(description="Match with the drawing, 0 to 1.")
    match: str = Field(description="The same in words.")
    summary: str = Field(description="Key, tempo, length, match and seed in one line.")
    songs: str = Field(description="The songs that bars of it are taken from, in one line.")
    sketch: str = Field(description="The drawing as it lies on the canvas: a data: address.")
    buttons: list[ButtonView]


State = Literal[
    "queued",
    "started",
    "progress",
    "rendering",
    "filming",
    "done",
    "failed",
    "cancelled",
]


class DrawView(_Part):
    """How a drawing stands."""

    id: DrawId
    state: State
    text: str = Field(description="The same for people.")
    position: int | None = None
    seconds: float | None = Field(None, description="To wait for, or of the video.")
    second: int | None = Field(None, description="Of the video, so far.")
    bar: int | None = None
    bars: int | None = None
    result: PieceView | None = None
    until: float | None = Field(
        None, description="When the piece is deleted, in seconds since 1970."
    )


class Shared(_Part):
    """A link that can be given to others."""

    link: str
    until: float = Field(description="When the piece is deleted, in seconds since 1970.")


class Problem(_Part):
    """Why something cannot be had, in one sentence."""

    message: str


def view(event: Event, texts: Texts) -> DrawView:
    """An event as the API tells it."""
    if isinstance(event, Ended):
        return _ended(event.answer, texts)
    found: dict[str, Any] = {"id": event.job, "state": event.kind, "text": tell(event, texts)}
    if isinstance(event, Queued):
        found |= {"position": event.position, "seconds": event.wait}
    if isinstance(event, Progress):
        found |= {"bar": event.bar, "bars": event.bars}
    if isinstance(event, Filming):
        found |= {"second": event.second, "seconds": event.seconds}
    return DrawView(**found)


def _ended(answer: Answer, texts: Texts) -> DrawView:
    if isinstance(answer, Failed):
        sentence = texts.sentence(answer.sentence)
        return DrawView(id=answer.job, state="failed", text=sentence)
    if not isinstance(answer, Done):
        return DrawView(id=answer.job, state="cancelled", text=texts("cancelled"))
    result = PieceView(
        options=answer.options,
        bars=answer.bars,
        chords=list(answer.chords),
        f1=answer.match.f1,
        match=likeness(answer.match.f1, texts),
        summary=summary(answer, texts),
        songs=songs(answer, texts),
        sketch=f"data:image/png;base64,{answer.sketch}" if answer.sketch else "",
        buttons=[
            ButtonView(action=one.action, label=one.label, value=one.value)
            for one in buttons_for(answer, texts)
        ],
    )
    return DrawView(id=answer.job, state="done", text=result.summary, result=result)
