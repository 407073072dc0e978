"""The colours of the piano-roll picture, one set a theme."""

from dataclasses import dataclass, replace
from math import cos, radians, sin

from mididraw.harmony import PITCH_CLASSES, Chord, Key, Mode
from mididraw.options import Theme

Colour = tuple[int, int, int]
"""Red, green and blue, 0 to 255."""

_MIDDLE_HUE = 263.0
_HUE_PER_FIFTH = 10.0
# The seven chords of a major key lie at -1 (IV) to 5 (vii) fifths from its tonic: 2 is the middle.
MIDDLE_FIFTH = 2
"""What has no chord is coloured as if in the middle."""


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours of one theme.

    Attributes:
        window: around the roll, behind title and facts.
        ruler: behind bar numbers and chord names.
        white_lane: lane of a white key inside the piece; ``black_lane`` of a black key.
        white_outside: the same lanes before, after, above and below the piece.
        black_outside: the same for black keys.
        row_line: between two lanes where no black key tells them apart.
        beat_line: at each beat; ``bar_line`` at each bar, ``clip_line`` where the piece ends.
        white_key: the keyboard; ``black_key`` and ``key_line`` likewise.
        key_text: octave names on the white keys.
        text: title, facts and chord names; ``quiet_text`` bar numbers.
        accent: the match.
        ghost: the drawing's own outline, drawn at ``ghost_share`` of its strength.
        backing: notes of the accompaniment.
        soft: OKLab lightness of a soft note; ``loud`` of a loud one.
        chroma: OKLab chroma of the notes.
        tint: what notes are mixed with, by ``tint_share``.
    """

    window: Colour
    ruler: Colour
    white_lane: Colour
    black_lane: Colour
    white_outside: Colour
    black_outside: Colour
    row_line: Colour
    beat_line: Colour
    bar_line: Colour
    clip_line: Colour
    white_key: Colour
    black_key: Colour
    key_line: Colour
    key_text: Colour
    text: Colour
    quiet_text: Colour
    accent: Colour
    ghost: Colour
    ghost_share: float
    backing: Colour
    soft: float
    loud: float
    chroma: float
    tint: Colour = (0, 0, 0)
    tint_share: float = 0.0

    def note(self, velocity: int, fifths: int = MIDDLE_FIFTH) -> Colour:
        """Colour of a note: lightness tells the velocity (1 to 127), hue the chord."""
        # Music rarely leaves 40 to 112, so that the range of colours is spent there.
        loudness = min(max((velocity - 40) / 72, 0.0), 1.0)
        hue = _MIDDLE_HUE + _HUE_PER_FIFTH * (fifths - MIDDLE_FIFTH)
        colour = oklch(self.soft + (self.loud - self.soft) * loudness, self.chroma, hue)
        return mix(colour, self.tint, self.tint_share)

    def unplayed(self) -> "Palette":
        """The same before the music comes: notes and names lie half-way to what is behind them."""
        return replace(
            self,
            tint=self.white_lane,
            tint_share=0.6,
            backing=mix(self.backing, self.white_lane, 0.5),
            text=mix(self.text, self.ruler, 0.55),
        )

    def lit(self) -> "Palette":
        """The same while it sounds: notes as light on dark, or as dark on light, as the text."""
        return replace(
            self,
            tint=self.text,
            tint_share=0.72,
            backing=mix(self.backing, self.text, 0.6),
            white_key=self.accent,
            black_key=self.accent,
            key_text=self.window,
            text=self.accent,
        )


def fifths_from(key: Key, chord: Chord) -> int:
    """Place of a chord on the circle of fifths, -3 to 8, 0 being the tonic of the major key.

    Chords that are at home in one key are neighbours there, hence alike in colour.
    """
    major = key.tonic if key.mode is Mode.MAJOR else key.tonic + 3
    return (7 * (chord.root - major) + 3) % PITCH_CLASSES - 3


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """Blend two colours, ``share`` (0 to 1) of the second."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def oklch(lightness: float, chroma: float, hue: float) -> Colour:
    """Colour of an OKLab lightness (0 to 1), chroma (0 to 0.4) and hue (degrees), clipped to sRGB.

    OKLab rather than HSV: equal lightness looks equally light in every hue, so that a change of
    chord does not cut the drawing in two.
    """
    a, b = chroma * cos(radians(hue)), chroma * sin(radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        _gamma(4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short),
        _gamma(-1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short),
        _gamma(-0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short),
    )


def _gamma(linear: float) -> int:
    """Encode one linear channel (0 to 1) as sRGB (0 to 255)."""
    linear = min(max(linear, 0.0), 1.0)
    encoded = 12.92 * linear if linear <= 0.0031308 else 1.055 * linear ** (1 / 2.4) - 0.055
    return round(255 * encoded)


PALETTES = {
    Theme.DARK: Palette(
        window=(17, 19, 26),
        ruler=(24, 27, 36),
        white_lane=(39, 43, 56),
        black_lane=(33, 36, 48),
        white_outside=(24, 26, 35),
        black_outside=(20, 22, 30),
        row_line=(29, 32, 43),
        beat_line=(45, 49, 63),
        bar_line=(66, 72, 91),
        clip_line=(104, 112, 138),
        white_key=(222, 225, 232),
        black_key=(38, 41, 51),
        key_line=(150, 155, 168),
        key_text=(52, 56, 70),
        text=(240, 242, 248),
        quiet_text=(160, 168, 188),
        accent=(150, 190, 255),
        ghost=(160, 172, 210),
        ghost_share=0.3,
        backing=(74, 80, 100),
        soft=0.64,
        loud=0.82,
        chroma=0.15,
    ),
    Theme.LIGHT: Palette(
        window=(246, 247, 250),
        ruler=(236, 238, 243),
        white_lane=(255, 255, 255),
        black_lane=(243, 245, 249),
        white_outside=(230, 232, 238),
        black_outside=(222, 225, 232),
        row_line=(236, 238, 243),
        beat_line=(230, 233, 240),
        bar_line=(200, 205, 216),
        clip_line=(140, 147, 165),
        white_key=(255, 255, 255),
        black_key=(62, 66, 80),
        key_line=(188, 193, 205),
        key_text=(80, 86, 104),
        text=(28, 31, 42),
        quiet_text=(92, 99, 118),
        accent=(60, 80, 200),
        ghost=(110, 122, 170),
        ghost_share=0.3,
        backing=(203, 208, 220),
        soft=0.63,
        loud=0.48,
        chroma=0.17,
    ),
}
"""The palette of each theme."""
