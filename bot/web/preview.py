"""What chats and networks show of a link to a piece: its picture, its video, what it is."""

from html import escape

from bot.reply.answer import summary
from bot.reply.names import key_name
from bot.texts import Texts
from mididraw.options import Video
from worker.contract import Done

_PICTURE = (1280, 720)


def preview(answer: Done, address: str, texts: Texts) -> str:
    """Tags for the page's head, of Open Graph and Twitter; addresses are whole, as they must be.

    Sources: https://ogp.me and https://developer.x.com/en/docs/x-for-websites/cards
    """
    files, options = f"{address}/draws/{answer.job}/files", answer.options
    width, height = _PICTURE
    tags = {
        "og:type": "music.song",
        "og:site_name": "midiDraw",
        "og:title": texts("web-preview"),
        "og:description": summary(answer, texts),
        "og:url": f"{address}/m/{answer.job}",
        "og:image": f"{files}/png",
        "og:image:type": "image/png",
        "og:image:width": str(width),
        "og:image:height": str(height),
        "og:image:alt": texts("alt", bars=answer.bars, key=key_name(options.key, texts)),
        "og:audio": f"{files}/mp3",
        "og:audio:type": "audio/mpeg",
    }
    if options.video is not Video.NONE:
        width, height = options.video.size
        tags |= {
            "og:type": "video.other",
            "og:video": f"{files}/mp4",
            "og:video:type": "video/mp4",
            "og:video:width": str(width),
            "og:video:height": str(height),
        }
    names = {"twitter:card": "summary_large_image", "robots": "noindex"}
    names |= {f"twitter:{name}": tags[f"og:{name}"] for name in ("title", "description", "image")}
    return "\n".join(
        [
            *(f'<meta property="{name}" content="{escape(text)}">' for name, text in tags.items()),
            *(f'<meta name="{name}" content="{escape(text)}">' for name, text in names.items()),
        ]
    )
