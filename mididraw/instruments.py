"""General MIDI instruments by the names that people use for them."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

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

_PROGRAMS_BY_NAME = """
0 piano, grand piano, acoustic piano, klavier, 钢琴, 鋼琴
1 bright piano
3 honky tonk, saloon piano
4 electric piano, rhodes, e-piano, 电钢琴, 電鋼琴
6 harpsichord, cembalo, 羽管键琴, 大键琴, 大鍵琴
8 celesta, 钢片琴
9 glockenspiel, 钟琴, 鐘琴
10 music box, 音乐盒, 八音盒, 音樂盒
11 vibraphone, vibes, 颤音琴
12 marimba, 马林巴, 馬林巴
13 xylophone, 木琴
14 bells, tubular bells, chimes, church bells, 管钟, 钟
15 dulcimer, hammered dulcimer, yangqin, 扬琴, 揚琴
16 hammond, hammond organ, jazz organ
19 organ, church organ, pipe organ, 管风琴, 管風琴, 风琴
20 harmonium
21 accordion, 手风琴, 手風琴
22 harmonica, mouth organ, 口琴
23 bandoneon
24 guitar, acoustic guitar, classical guitar, nylon guitar, ukulele, uke, 吉他, 木吉他, 古典吉他
24 尤克里里, 烏克麗麗
25 steel guitar, folk guitar, western guitar, twelve string guitar, mandolin, bouzouki, 曼陀林
26 jazz guitar
27 electric guitar, clean guitar, e-guitar, 电吉他, 電吉他
29 overdrive, overdriven guitar, rock guitar
30 distorted guitar, heavy guitar, metal guitar
32 upright bass, acoustic bass
33 bass, bass guitar, electric bass, e-bass, 贝斯, 貝斯, 低音吉他
36 slap bass
38 synth bass
40 violin, 小提琴
41 viola, 中提琴
42 cello, violoncello, 大提琴
43 double bass, contrabass, string bass, 低音提琴, 倍大提琴
44 tremolo
45 pizzicato, plucked strings, 拨奏
46 harp, concert harp, 竖琴, 豎琴
47 timpani, kettledrum, 定音鼓
48 strings, orchestra, string orchestra, symphony, ensemble, 弦乐, 弦樂, 管弦乐, 管弦樂, 交响乐
52 choir, chorus, aahs, singers, 合唱, 合唱团
53 voice, human voice, vocals, oohs, singing, 人声, 人聲
55 orchestra hit, orchestral hit
56 trumpet, cornet, 小号, 小號
57 trombone, 长号, 長號
58 tuba, sousaphone, 大号, 大號
60 horn, french horn, 圆号, 法国号, 圓號
61 brass, horns, brass band, 铜管, 銅管
64 soprano saxophone
65 sax, saxophone, alto saxophone, 萨克斯, 薩克斯
66 tenor saxophone
67 baritone saxophone
68 oboe, 双簧管, 雙簧管
69 cor anglais, 英国管
70 bassoon, 巴松, 大管
71 clarinet, 单簧管, 黑管, 單簧管
72 piccolo, 短笛
73 flute, transverse flute, dizi, bamboo flute, 长笛, 長笛, 笛子, 竹笛
74 recorder, blockflute, 竖笛, 直笛
75 panpipes, pan pipes, pan flute, 排箫, 排簫
77 shakuhachi, xiao, 尺八, 箫, 洞箫
78 whistle, tin whistle, 口哨
79 ocarina, 陶笛, 埙
80 chiptune, 8-bit, 8 bit, 8bit, square, square wave, game boy, nes, nintendo, 8位, 芯片音乐
81 synth, synthesizer, synthesiser, lead, sawtooth, saw, 合成器
89 pad, warm pad, synth pad
104 sitar, 西塔琴
105 banjo, 班卓琴
106 shamisen, pipa, liuqin, 琵琶, 三味线, 三弦, 柳琴
107 koto, guzheng, zheng, guqin, zither, 古筝, 古箏, 古琴, 筝
108 kalimba, mbira, thumb piano, 拇指琴, 卡林巴
109 bagpipe, bagpipes, 风笛, 風笛
110 fiddle, erhu, 二胡
111 shanai, suona, shehnai, zurna, 唢呐, 嗩吶
114 steel drum, steel drums, steelpan, 钢鼓
115 wood block, temple block, 木鱼
116 taiko, taiko drum, 太鼓
117 tom, toms
"""
_REFUSED = {
    "drums": (116, 114, 117),
    "drum": (116, 114, 117),
    "drum kit": (116, 114, 117),
    "drum set": (116, 114, 117),
    "percussion": (116, 12, 114),
    "鼓": (116, 114, 47),
    "架子鼓": (116, 114, 117),
}
"""What has no pitches, and what comes near it."""
_LEAST_LIKENESS = 82.0


@cache
def _choices() -> dict[str, int]:
    choices = {utils.default_process(name): program for program, name in enumerate(INSTRUMENTS)}
    for line in _PROGRAMS_BY_NAME.strip().splitlines():
        program, _, names = line.partition(" ")
        choices |= {utils.default_process(name): int(program) for name in names.split(",")}
    return choices


def known_instrument(name: str) -> int | None:
    """Look up the program of an instrument by its exact name; None if there is no such."""
    return _choices().get(utils.default_process(name))


def common_names() -> Mapping[str, int]:
    """All names that are known, in small letters, with their programs."""
    return MappingProxyType(_choices())


@cache
def chinese_name(program: int) -> str | None:
    """What an instrument is called in Chinese; None where it has no name of its own."""
    for name, number in _choices().items():
        if number == program and all("\u4e00" <= sign <= "\u9fff" for sign in name):
            return name
    return None


def find_instrument(name: str) -> int:
    """Find the General MIDI program (0 to 127) that a person means.

    Takes a program number, a General MIDI name, a common name in English or Chinese (``sax``,
    ``二胡``) or one of these with a slip (``vibrafone``).

    Raises:
        OptionError: there is none of this name; the sentence names the nearest three.
    """
    text = name.strip()
    if text.isascii() and text.isdigit() and int(text) < len(INSTRUMENTS):
        return int(text)
    query = utils.default_process(text)
    choices = _choices()
    if query in choices:
        return choices[query]
    if query not in _REFUSED and len(query) >= 3:
        found = process.extractOne(query, choices.keys(), scorer=fuzz.ratio)
        if found is not None and found[1] >= _LEAST_LIKENESS:
            return choices[found[0]]
    first, second, third = (INSTRUMENTS[program] for program in _nearest(query))
    raise OptionError(
        "instrument-unknown",
        "There is no instrument “{name}”: perhaps you mean {first}, {second} or {third}.",
        name=name,
        first=first,
        second=second,
        third=third,
    )


def _nearest(query: str) -> tuple[int, ...]:
    """The programs of the three instruments whose names come nearest."""
    if query in _REFUSED:
        return _REFUSED[query]
    choices = _choices()
    ranked = process.extract(query, choices.keys(), scorer=fuzz.WRatio, limit=20)
    programs = list(dict.fromkeys(choices[found[0]] for found in ranked if found[1] > 0))
    return tuple(dict.fromkeys([*programs, 0, 40, 73]))[:3]
