"""Hundreds of damaged or hostile pictures, and a program that reads them all.

``python -m tests.picture.hostile FOLDER`` writes them nowhere: it builds each in memory, saves it
in the folder under its (often wrong) ending, goes from it to a score, and prints one line of JSON
a picture and a last one with the peak memory.
"""

import io
import json
import random
import struct
import sys
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import pillow_heif
from PIL import Image, ImageDraw

from mididraw.draw import prepare_request, write_score
from mididraw.errors import MididrawError
from mididraw.evaluation.benches.memory import peak_mb
from mididraw.options import DrawOptions

COUNT = 360
_SVG = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 200 200' fill='none'>{}</svg>"
_PNG = b"\x89PNG\r\n\x1a\n"


def hostile_pictures(seed: int = 0) -> Iterator[tuple[str, bytes]]:
    """Yield ``COUNT`` names and contents: every whole and crafted one, then damaged ones."""
    rng = random.Random(seed)
    whole = dict(_whole())
    crafted = dict(_crafted())
    yield from whole.items()
    yield from crafted.items()
    names = sorted(whole)
    damages = (_truncate, _flip, _flip_head, _splice, _pad)
    for place in range(COUNT - len(whole) - len(crafted)):
        name = names[place % len(names)]
        damage = damages[place // len(names) % len(damages)]
        ending = rng.choice([Path(name).suffix, ".png", ".jpg", ".gif", ".txt", ""])
        yield f"{place}-{damage.__name__[1:]}-{Path(name).stem}{ending}", damage(whole[name], rng)


def _drawing(mode: str = "L", size: int = 200) -> Image.Image:
    image = Image.new("L", (size, size), 255)
    brush = ImageDraw.Draw(image)
    brush.ellipse((20, 30, size - 30, size - 20), outline=0, width=5)
    brush.line([(20, 20), (size - 20, size - 20)], fill=60, width=3)
    if mode == "I;16":
        return Image.frombytes(
            "I;16", image.size, bytes(b for v in image.tobytes() for b in (v, v))
        )
    return image.convert(mode)


def _saved(image: Image.Image, kind: str, **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def _whole() -> Iterator[tuple[str, bytes]]:
    for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"):
        yield f"{mode.replace(';', '')}.png", _saved(_drawing(mode), "PNG")
    for mode in ("L", "RGB", "CMYK"):
        yield f"{mode}.jpg", _saved(_drawing(mode), "JPEG", quality=60)
    yield "progressive.jpg", _saved(_drawing("RGB"), "JPEG", progressive=True)
    yield "lossy.webp", _saved(_drawing("RGB"), "WEBP")
    yield "lossless.webp", _saved(_drawing("RGBA"), "WEBP", lossless=True)
    for mode in ("1", "L", "P", "RGB", "RGBA"):
        yield f"{mode}.bmp", _saved(_drawing(mode), "BMP")
    yield "still.gif", _saved(_drawing("P"), "GIF")
    frames = [_drawing(size=200).rotate(angle, fillcolor=255) for angle in (30, 60)]
    for kind, ending in (("GIF", "gif"), ("PNG", "png"), ("WEBP", "webp")):
        moving = _saved(_drawing(), kind, save_all=True, append_images=frames)
        yield f"moving.{ending}", moving
    for kind, ending in (("TIFF", "tif"), ("AVIF", "avif"), ("PDF", "pdf")):
        yield f"whole.{ending}", _saved(_drawing("RGB"), kind)
    yield "whole.tiff", _saved(_drawing("RGB"), "TIFF", compression="tiff_lzw")
    heif = io.BytesIO()
    pillow_heif.from_pillow(_drawing("RGB")).save(heif)
    yield "whole.heic", heif.getvalue()
    yield (
        "whole.svg",
        _SVG.format("<path d='M20 90 A70 60 0 1 0 170 90 L20 20' stroke='#111'/>").encode(),
    )


def _crafted() -> Iterator[tuple[str, bytes]]:
    yield "empty.png", b""
    yield "one-byte.png", b"\x89"
    yield "text.png", b"not a picture at all\n" * 20
    yield "page.jpg", b"<!doctype html><html><body>404</body></html>"
    yield "vector.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0L9 9"/></svg>'
    yield "uses.svg", _SVG.format(_uses()).encode()
    yield (
        "large.svg",
        _SVG.format(
            "<filter id='f'><feGaussianBlur stdDeviation='1e9'/></filter>"
            + "<rect width='9e9' height='9e9' filter='url(#f)' fill='red'/>"
        ).encode(),
    )
    yield "icon.bmp", _saved(_drawing(), "ICO")
    yield (
        "music.png",
        b"MThd\x00\x00\x00\x06\x00\x00\x00\x01\x00\x60MTrk\x00\x00\x00\x04\x00\xff\x2f\x00",
    )
    for name, width, height in (
        ("zero.png", 0, 0),
        ("no-height.png", 10, 0),
        ("bomb.png", 60_000, 60_000),
        ("largest.png", 2**31 - 1, 2**31 - 1),
        ("long.png", 40_000_000, 1),
        ("tall.png", 1, 40_000_000),
        ("unfilled.png", 6_000, 6_000),
    ):
        yield name, _png(width, height, zlib.compress(b"\x00" * 10_000))
    plane = zlib.compressobj(9)
    flat = b"".join(plane.compress(b"\x00" + b"\xff" * 6_000) for _ in range(6_000)) + plane.flush()
    yield "flat.png", _png(6_000, 6_000, flat)
    screen = struct.pack("<HH", 65_535, 65_535)
    frame = b",\0\0\0\0" + screen + b"\0\2\1\0\0;"
    yield "bomb.gif", b"GIF89a" + screen + b"\x80\0\0" + bytes(6) + frame
    yield "bomb.bmp", _saved(_drawing("RGB"), "BMP")[:18] + struct.pack("<ii", 50_000, 50_000)
    yield "negative.bmp", _saved(_drawing("RGB"), "BMP")[:18] + struct.pack("<ii", -200, -200)
    zeros = zlib.compress(bytes(50_000_000), 9)
    pixels = zlib.compress(b"\x00\xff\xff\x00" * 2)
    for kind, head in (
        (b"zTXt", b"k\0\0"),
        (b"iTXt", b"k\0\1\0\0\0"),
        (b"iCCP", b"k\0\0"),
    ):
        extra = _chunk(kind, head + zeros)
        yield f"{kind.decode()}.png", _png(3, 2, pixels, extra)
        yield f"{kind.decode()}-many.png", _png(3, 2, pixels, extra * 20)
    yield "chunks.png", _png(3, 2, pixels, _chunk(b"tEXt", b"k\0v") * 200_000)
    yield "scans.jpg", _scans(4_000, 2_000)
    yield (
        "frames.gif",
        _saved(
            _drawing(),
            "GIF",
            save_all=True,
            append_images=[_drawing(size=199 - i) for i in range(60)],
        ),
    )
    # The first frame's own data are damaged, which OpenCV would log.
    several = _saved(_drawing(), "WEBP", save_all=True, append_images=[_drawing().rotate(90)])
    place = several.index(b"ANMF") + 40
    yield "frame.webp", several[:place] + bytes(40) + several[place + 40 :]
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = _saved(_drawing("RGB"), "JPEG", exif=exif.tobytes())
    yield "turned.jpg", turned
    yield "odd-notes.jpg", turned.replace(b"Exif\0\0", b"Exif\0\0\xff\xff\xff\xff", 1)
    yield "all-ink.png", _saved(Image.new("L", (300, 300), 0), "PNG")
    yield "noise.png", _saved(Image.effect_noise((400, 400), 100), "PNG")
    yield "one-pixel.png", _saved(Image.new("L", (1, 1), 0), "PNG")
    yield "transparent.png", _saved(Image.new("RGBA", (90, 90), (0, 0, 0, 0)), "PNG")


def _uses() -> str:
    """Groups that each use the one before ten times: ten to the ninth lines."""
    groups = "".join(
        f"<g id='a{number + 1}'>" + f"<use href='#a{number}'/>" * 10 + "</g>" for number in range(9)
    )
    return f"<defs><path id='a0' d='M0 0L9 9' stroke='red'/>{groups}</defs><use href='#a9'/>"


def _chunk(kind: bytes, content: bytes) -> bytes:
    check = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)


def _png(width: int, height: int, pixels: bytes, extra: bytes = b"") -> bytes:
    """A grey PNG of 8 bits with any size, contents and further chunks."""
    head = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return _PNG + head + extra + _chunk(b"IDAT", pixels) + _chunk(b"IEND", b"")


def _scans(width: int, height: int) -> bytes:
    """A progressive JPEG whose last scan comes ten thousand times, each the whole picture over."""
    image = _saved(Image.new("L", (width, height), 255), "JPEG", progressive=True)
    last = image.rindex(b"\xff\xda")
    return image[:last] + image[last:-2] * 10_000 + image[-2:]


def _truncate(data: bytes, rng: random.Random) -> bytes:
    return data[: rng.randrange(1, len(data))]


def _flip(data: bytes, rng: random.Random) -> bytes:
    return _flipped(data, rng, len(data))


def _flip_head(data: bytes, rng: random.Random) -> bytes:
    return _flipped(data, rng, 120)


def _flipped(data: bytes, rng: random.Random, within: int) -> bytes:
    damaged = bytearray(data)
    for _ in range(rng.randrange(1, 12)):
        damaged[rng.randrange(min(within, len(data)))] ^= 1 << rng.randrange(8)
    return bytes(damaged)


def _splice(data: bytes, rng: random.Random) -> bytes:
    cut, back = rng.randrange(len(data)), rng.randrange(len(data))
    return data[:cut] + data[back:]


def _pad(data: bytes, rng: random.Random) -> bytes:
    return data + rng.randbytes(10_000)


def main(folder: Path) -> None:
    """Go from each picture to a score and print how it went, one line of JSON each."""
    for place, (name, content) in enumerate(hostile_pictures()):
        path = folder / f"{place:03}-{name}"
        path.write_bytes(content)
        start = time.process_time()
        try:
            write_score(prepare_request([path], DrawOptions.of(engine="chords")))
            outcome = "score"
        except MididrawError as error:
            outcome = f"{type(error).__name__}: {error}"
        spent = time.process_time() - start
        path.unlink()
        _say(name=path.name, outcome=outcome, seconds=spent)
    _say(peak_mb=peak_mb())


def _say(**entry: object) -> None:
    sys.stdout.write(json.dumps(entry) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
