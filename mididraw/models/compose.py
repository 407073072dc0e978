"""Free music: a prompt goes in, a model continues it to so many bars."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mididraw.errors import OptionError
from mididraw.models.decoder import Decoder, Precision, Sampling, generate
from mididraw.models.interface import MusicModel
from mididraw.models.prompts import PROMPTS
from mididraw.models.source import Source
from mididraw.render.midi import load_midi, read_midi
from mididraw.score import Score

MOST_BARS = 64
_LONGEST_PROMPT = 32


@dataclass(frozen=True, slots=True)
class ComposeOptions:
    """What a composition is asked for.

    Attributes:
        bars: bars that are written, 1 to 64, the prompt's not counted.
        seed: of the first piece; further ones take the following seeds.
        temperature, top_p: see :class:`~mididraw.models.decoder.Sampling`.
    """

    bars: int = 16
    seed: int = 0
    temperature: float = 1.1
    top_p: float = 0.98

    def __post_init__(self) -> None:
        if not 1 <= self.bars <= MOST_BARS:
            raise OptionError(
                "bar-count", "Give 1 to {most} bars, not {bars}.", most=MOST_BARS, bars=self.bars
            )
        if not 0 <= self.seed < 2**31:
            raise OptionError(
                "seed-out-of-range", "The seed cannot be used: give a number from 0 to 2147483647."
            )


def find_prompt(name: str) -> tuple[Score, Source]:
    """Find one of our openings by its source's name, or read a MIDI file.

    Of a long file the last 32 bars count.

    Raises:
        OptionError: it is neither.
        MidiError: the file cannot be read.
    """
    for source, prompt in PROMPTS.items():
        if name.lower() == source.name.lower():
            return prompt, source
    if not Path(name).is_file():
        names = ", ".join(source.name.lower() for source in Source)
        raise OptionError(
            "prompt-unknown",
            "“{name}” is no prompt: give a MIDI file, or one of {names}.",
            name=name,
            names=names,
        )
    music = read_midi(load_midi(Path(name))).in_common_time()
    return music.last(_LONGEST_PROMPT), Source.POP


def compose(
    model: MusicModel,
    prompts: Sequence[tuple[Score, Source]],
    options: ComposeOptions,
    *,
    precision: Precision | None = None,
) -> list[Score]:
    """Continue every prompt, all at once.

    Args:
        model: writes.
        prompts: what to go on from, and in whose style.
        options: what is asked for.
        precision: in what the weights are kept on a CPU; None for what suits the model.

    Returns:
        the prompts' music and what the model wrote after it, each of the prompt's bars and
        ``options.bars`` more; the same whatever else is composed beside it.
    """
    openings = [model.opening(*prompt) for prompt in prompts]
    bars = [opening.bars + options.bars for opening in openings]
    decoder = Decoder.of(
        model.transformer, slots=len(openings), precision=precision or model.precision
    )
    rules = model.rules(decoder.slots)

    def begin(slot: int, index: int) -> None:
        rules.begin(np.array([slot]), openings[index], bars[index])

    written = generate(
        decoder,
        [opening.tokens for opening in openings],
        [
            Sampling(options.temperature, options.top_p, options.seed + place)
            for place in range(len(openings))
        ],
        model.room(max(bars)),
        processors=[rules],
        begin=begin,
        end=model.end,
    )
    return [
        model.read(opening, more, length)
        for opening, more, length in zip(openings, written, bars, strict=True)
    ]
