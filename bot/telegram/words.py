"""The words that people use for options, in English and Chinese."""

from mididraw.harmony import Style
from mididraw.options import Arrangement, Engine, Shape, Theme, Video

STYLES: dict[str, Style] = {
    **{style.value: style for style in Style},
    "流行": Style.POP,
    "抒情": Style.BALLAD,
    "欢快": Style.UPBEAT,
    "忧伤": Style.MELANCHOLY,
    "民谣": Style.FOLK,
    "古典": Style.CLASSICAL,
    "游戏": Style.GAME,
    "happy": Style.UPBEAT,
    "cheerful": Style.UPBEAT,
    "快乐": Style.UPBEAT,
    "开心": Style.UPBEAT,
    "sad": Style.MELANCHOLY,
    "悲伤": Style.MELANCHOLY,
    "难过": Style.MELANCHOLY,
    "calm": Style.BALLAD,
    "slow": Style.BALLAD,
    "安静": Style.BALLAD,
    "慢歌": Style.BALLAD,
    "classic": Style.CLASSICAL,
    "chiptune game": Style.GAME,
}
ARRANGEMENTS: dict[str, Arrangement] = {
    **{one.value: one for one in Arrangement},
    "独奏": Arrangement.SOLO,
    "三重奏": Arrangement.TRIO,
    "乐队": Arrangement.BAND,
    "管弦乐": Arrangement.ORCHESTRA,
    "芯片音乐": Arrangement.CHIPTUNE,
    "lo-fi": Arrangement.LOFI,
    "低保真": Arrangement.LOFI,
    "music box": Arrangement.MUSICBOX,
    "八音盒": Arrangement.MUSICBOX,
    "按风格": Arrangement.AUTO,
}
"""Those that are no instruments' names need no word before them."""
ENGINES: dict[str, Engine] = {engine.value: engine for engine in Engine}
SHAPES: dict[str, Shape] = {
    "outline": Shape.OUTLINE,
    "outlines": Shape.OUTLINE,
    "轮廓": Shape.OUTLINE,
    "fill": Shape.FILL,
    "filled": Shape.FILL,
    "填充": Shape.FILL,
}
THEMES: dict[str, Theme] = {
    "dark": Theme.DARK,
    "深色": Theme.DARK,
    "黑底": Theme.DARK,
    "light": Theme.LIGHT,
    "浅色": Theme.LIGHT,
    "白底": Theme.LIGHT,
}
VIDEOS: dict[str, Video] = {
    "video": Video.WIDE,
    "wide video": Video.WIDE,
    "square video": Video.SQUARE,
    "tall video": Video.TALL,
    "no video": Video.NONE,
    "without video": Video.NONE,
    "视频": Video.WIDE,
    "横屏视频": Video.WIDE,
    "方形视频": Video.SQUARE,
    "竖屏视频": Video.TALL,
    "不要视频": Video.NONE,
}
POPULAR: tuple[str, ...] = (
    *("Acoustic Grand Piano", "Electric Piano 1", "Music Box", "Vibraphone"),
    *("Marimba", "Church Organ", "Acoustic Guitar (nylon)", "Violin"),
    *("Cello", "Orchestral Harp", "String Ensemble 1", "Choir Aahs"),
    *("Trumpet", "Alto Sax", "Flute", "Lead 1 (square)"),
)
"""Instruments that are offered as buttons."""
