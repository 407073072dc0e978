"""General MIDI instruments by the names that people use for them."""

from functools import cache

from rapidfuzz import fuzz, process, utils

from mididraw.errors import OptionError

_NAMES = """
Acoustic Grand Piano|Bright Acoustic Piano|Electric Grand Piano|Honky-tonk Piano
Electric Piano 1|Electric Piano 2|Harpsichord|Clavinet
Celesta|Glockenspiel|Music Box|Vibraphone|Marimba|Xylophone|Tubular Bells|Dulcimer
Drawbar Organ|Percussive Organ|Rock Organ|Church Organ|Reed Organ|Accordion|Harmonica
Tango Accordion
Acoustic Guitar (nylon)|Acoustic Guitar (steel)|Electric Guitar (jazz)|Electric Guitar (clean)
Electric Guitar (muted)|Overdriven Guitar|Distortion Guitar|Guitar Harmonics
Acoustic Bass|Electric Bass (finger)|Electric Bass (pick)|Fretless Bass|Slap Bass 1|Slap Bass 2
Synth Bass 1|Synth Bass 2
Violin|Viola|Cello|Contrabass|Tremolo Strings|Pizzicato Strings|Orchestral Harp|Timpani
String Ensemble 1|String Ensemble 2|Synth Strings 1|Synth Strings 2|Choir Aahs|Voice Oohs
Synth Choir|Orchestra Hit
Trumpet|Trombone|Tuba|Muted Trumpet|French Horn|Brass Section|Synth Brass 1|Synth Brass 2
Soprano Sax|Alto Sax|Tenor Sax|Baritone Sax|Oboe|English Horn|Bassoon|Clarinet
Piccolo|Flute|Recorder|Pan Flute|Blown Bottle|Shakuhachi|Whistle|Ocarina
Lead 1 (square)|Lead 2 (sawtooth)|Lead 3 (calliope)|Lead 4 (chiff)
Lead 5 (charang)|Lead 6 (voice)|Lead 7 (fifths)|Lead 8 (bass + lead)
Pad 1 (new age)|Pad 2 (warm)|Pad 3 (polysynth)|Pad 4 (choir)
Pad 5 (bowed)|Pad 6 (metallic)|Pad 7 (halo)|Pad 8 (sweep)
FX 1 (rain)|FX 2 (soundtrack)|FX 3 (crystal)|FX 4 (atmosphere)
FX 5 (brightness)|FX 6 (goblins)|FX 7 (echoes)|FX 8 (sci-fi)
Sitar|Banjo|Shamisen|Koto|Kalimba|Bagpipe|Fiddle|Shanai
Tinkle Bell|Agogo|Steel Drums|Woodblock|Taiko Drum|Melodic Tom|Synth Drum|Reverse Cymbal
Guitar Fret Noise|Breath Noise|Seashore|Bird Tweet|Telephone Ring|Helicopter|Applause|Gunshot
"""

INSTRUMENTS: tuple[str, ...] = tuple(
    name for line in _NAMES.strip().splitlines() for name in line.split("|")
)
"""The 128 instruments of General MIDI level 1; the index is the program."""

_COMMON_NAMES = {
    "piano": 0,
    "grand piano": 0,
    "electric piano": 4,
    "rhodes": 4,
    "organ": 19,
    "guitar": 24,
    "acoustic guitar": 24,
    "electric guitar": 27,
    "bass": 33,
    "double bass": 43,
    "harp": 46,
    "strings": 48,
    "choir": 52,
    "voice": 53,
    "horn": 60,
    "brass": 61,
    "sax": 65,
    "saxophone": 65,
    "panpipes": 75,
    "chiptune": 80,
    "square": 80,
    "synth": 81,
    "sawtooth": 81,
    "pad": 89,
    "bells": 14,
    "steel drum": 114,
}
_LEAST_LIKENESS = 75.0


@cache
def _choices() -> dict[str, int]:
    names = {utils.default_process(name): program for program, name in enumerate(INSTRUMENTS)}
    return names | _COMMON_NAMES


def known_instrument(name: str) -> int | None:
    """The program of an instrument that is called exactly so, or None."""
    return _choices().get(utils.default_process(name))


def find_instrument(name: str) -> int:
    """Find the General MIDI program (0 to 127) that a person means.

    Takes a program number, a General MIDI name, a common name (``sax``) or something close to
    one (``vibrafone``).

    Raises:
        OptionError: nothing is close; the sentence names the nearest.
    """
    text = name.strip()
    if text.isascii() and text.isdigit() and int(text) < len(INSTRUMENTS):
        return int(text)
    query = utils.default_process(text)
    choices = _choices()
    if query in choices:
        return choices[query]
    likeness = process.extractOne(query, choices.keys(), scorer=fuzz.WRatio)
    if likeness is None or likeness[1] < _LEAST_LIKENESS or len(query) < 3:
        raise OptionError(f"There is no instrument “{name}”: try piano, violin, flute or guitar.")
    return choices[likeness[0]]
