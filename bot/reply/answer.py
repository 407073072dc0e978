"""An answer as data: a front-end makes a message of it."""

import re
from dataclasses import dataclass, field

from bot.reply.actions import Action, actions_for
from bot.reply.names import key_name
from bot.texts import Texts
from mididraw.options import DrawOptions
from worker.contract import Answer, Done, Failed, Job, ResultFiles

_CLOSE, _GOOD, _FAIR = 0.95, 0.88, 0.7
_NAMED = 8
"""So many songs are named at most."""
_FORBIDDEN = re.compile(r"[^\w .()-]+")


@dataclass(frozen=True, slots=True)
class Button:
    """Something to press.

    Attributes:
        action: what it asks for.
        label: what is written on it.
        job: whose piece it is about.
        value: a take's number; else empty.
    """

    action: Action
    label: str
    job: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """What to post.

    Attributes:
        text: the line under the picture, or the sentence that says why there is none.
        alt: what the picture shows, for those who cannot see it.
        title: of the piece.
        files: by name, the picture first, then sound, MIDI and video; the video alone where that
            was asked for of music that was there; of several takes the picture of them all and each
            one's sound; none where nothing was made.
        buttons: what can be asked for next.
        cover: the picture that stands for a video.
    """

    text: str
    alt: str = ""
    title: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    buttons: tuple[Button, ...] = ()
    cover: bytes = b""

    def file(self, ending: str) -> tuple[str, bytes] | None:
        """Name and bytes of the file with an ending such as ``.png``; None where there is none."""
        return next(iter(self.all_files(ending)), None)

    def all_files(self, ending: str) -> list[tuple[str, bytes]]:
        """Names and bytes of the files with an ending."""
        return [named for named in self.files.items() if named[0].endswith(ending)]


def compose(job: Job, answer: Answer, files: ResultFiles | None, texts: Texts) -> Reply:
    """Compose the answer to a job.

    Args:
        job: what was asked for.
        answer: what became of it.
        files: the answer's files; None if there are none or they are kept no longer.
        texts: in the person's language.
    """
    if isinstance(answer, Failed):
        return Reply(texts("failed", sentence=texts.sentence(answer.sentence)))
    if not isinstance(answer, Done):
        return Reply(texts("cancelled"))
    if files is None:
        return Reply(texts("gone"))
    stem = file_stem(job.title)
    if answer.options.takes > 1:
        return _takes(job, answer, files, texts)
    made = {f"{stem}.png": files.png, f"{stem}.mp3": files.mp3, f"{stem}.mid": files.midi}
    video = {} if files.video is None else {f"{stem}.mp4": files.video}
    return Reply(
        text="\n".join(filter(None, (summary(answer, texts), songs(answer, texts)))),
        alt=texts("alt", bars=answer.bars, key=key_name(answer.options.key, texts)),
        title=job.title,
        files=video if job.written and video else made | video,
        buttons=buttons_for(answer, texts),
        cover=files.png,
    )


def _takes(job: Job, answer: Done, files: ResultFiles, texts: Texts) -> Reply:
    """One picture of several takes, and each one's sound."""
    stem = file_stem(job.title)
    sounds = {f"{stem}-{number}.mp3": take.mp3 for number, take in enumerate(files.takes, 1)}
    return Reply(
        text=summary(answer, texts),
        alt=texts("takes-alt", count=answer.options.takes),
        title=job.title,
        files={f"{stem}.png": files.png, **sounds},
        buttons=buttons_for(answer, texts),
        cover=files.png,
    )


def buttons_for(answer: Done, texts: Texts) -> tuple[Button, ...]:
    """What can be asked for next, each with its label."""
    options, found = answer.options, list[Button]()
    for action in actions_for(options):
        if action is Action.TAKE:
            for number in range(1, options.takes + 1):
                text = texts("take", number=number)
                found.append(Button(action, text, answer.job, str(number)))
        else:
            found.append(Button(action, label(action, options, texts), answer.job))
    return tuple(found)


def summary(answer: Done, texts: Texts) -> str:
    """Key, tempo, length, match in words and percent, and seed, in one line."""
    options = answer.options
    if options.takes > 1:
        return texts("takes-done", count=options.takes, bars=answer.bars)
    return texts(
        "done",
        key=key_name(options.key, texts),
        tempo=str(options.tempo),
        bars=answer.bars,
        match=likeness(answer.match.f1, texts),
        seed=str(options.seed),
    )


def songs(answer: Done, texts: Texts) -> str:
    """The songs that bars of the piece are taken from, in one line; empty if none are."""
    if not answer.songs:
        return ""
    named, more = answer.songs[:_NAMED], max(len(answer.songs) - _NAMED, 0)
    return texts("songs-more" if more else "songs", songs=", ".join(named), count=more)


def likeness(f1: float, texts: Texts) -> str:
    """How close the music came to the picture, in words and percent."""
    names = ((_CLOSE, "close"), (_GOOD, "good"), (_FAIR, "fair"))
    word = next((word for least, word in names if f1 >= least), "loose")
    return texts(f"match-{word}", percent=round(100 * f1))


def label(action: Action, options: DrawOptions, texts: Texts) -> str:
    """What is written on a button."""
    if action is Action.ACCOMPANIMENT:
        return texts("accompaniment-off" if options.accompaniment else "accompaniment-on")
    if action in (Action.SLOWER, Action.FASTER):
        return texts(f"tempo-{action}")
    if action is Action.TAKES and options.takes > 1:
        return texts("takes-others")
    return texts(action.value)


def file_stem(title: str) -> str:
    """A name that every system can give a file."""
    return _FORBIDDEN.sub(" ", title).strip(" .")[:60] or "drawing"
