"""Kinds of file beyond the web's: phones' photos, scans, documents, moving pictures; the unread."""

import io
from contextlib import suppress
from pathlib import Path

import numpy as np
import pillow_heif
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from mididraw.errors import DamagedPictureError, MididrawError, NotAPictureError
from mididraw.picture import read
from mididraw.picture.decode import decode
from mididraw.picture.kinds import kind_of
from mididraw.picture.shrink import WORKING_SIDE
from tests.picture.drawn import alike, saved, sketch

_HOUSE = "M40 255 L40 120 L140 36 L240 120 L240 255 Z M240 255 L360 210 L360 90 M80 180 L160 180"
_SVG = (
    "<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink' "
    f"viewBox='0 0 400 300'>{{}}<path d='{_HOUSE}' fill='none' stroke='black' stroke-width='5'/>"
    "</svg>"
)


@pytest.mark.parametrize(
    "name", ["IMG_4711.HEIC", "cat.avif", "scan.tif", "scan.pdf", "timelapse.gif"]
)
def test_the_same_cat_comes_in_every_kind_of_file(shared: Path, name: str) -> None:
    cases = shared / "data" / "cases"
    assert alike(read(cases / name), read(cases / "white_coloured_cat.png")) > 0.95


def test_a_phones_largest_photo_is_read(shared: Path) -> None:
    assert max(decode(shared / "data" / "cases" / "iphone48mp.jpg").size) <= WORKING_SIDE


@pytest.mark.parametrize("kind", ["TIFF", "AVIF", "PDF"])
def test_kinds_that_pillow_writes(kind: str) -> None:
    assert alike(read(saved(sketch("RGB"), kind)), read(sketch())) > 0.98


def test_heif_is_read_upright() -> None:
    turned = sketch("RGB").transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6
    stream = io.BytesIO()
    pillow_heif.from_pillow(turned).save(stream, exif=exif.tobytes(), quality=90)
    assert kind_of(stream.getvalue()) == "heif"
    assert alike(read(stream.getvalue()), read(sketch())) > 0.97


def test_only_the_first_page_of_a_tiff_or_pdf_is_read() -> None:
    for kind in ("TIFF", "PDF"):
        several = saved(
            sketch("RGB"), kind, save_all=True, append_images=[Image.new("RGB", (400, 300))]
        )
        assert alike(read(several), read(sketch())) > 0.98


def test_svg_is_read_in_any_coding_and_with_an_entity() -> None:
    plain = _SVG.format("")
    entity = "<!DOCTYPE svg [<!ENTITY pen 'stroke-width'>]>" + plain
    declared = "<?xml version='1.0' encoding='utf-16'?>" + plain
    for content in (plain.encode(), entity.encode(), b"\xef\xbb\xbf" + plain.encode()):
        assert alike(read(content), read(sketch())) > 0.98
    with pytest.raises(MididrawError):
        read(declared.encode("utf-16"))


def test_what_an_svg_refers_to_outside_itself_is_left_out(tmp_path: Path) -> None:
    secret = tmp_path / "secret.png"
    Image.new("RGB", (400, 300), "black").save(secret)
    for outside in (secret.as_posix(), secret.as_uri(), "http://127.0.0.1:9/x.png"):
        image = f"<image xlink:href='{outside}' href='{outside}' width='400' height='300'/>"
        assert alike(read(_SVG.format(image).encode()), read(sketch())) > 0.98


def test_an_svg_whose_entities_grow_without_end_is_refused() -> None:
    entities = "".join(f"<!ENTITY a{n + 1} '{f'&a{n};' * 10}'>" for n in range(12))
    bomb = f"<!DOCTYPE svg [<!ENTITY a0 'ha'>{entities}]>" + _SVG.format("<text>&a12;</text>")
    with pytest.raises(DamagedPictureError):
        read(bomb.encode())


@pytest.mark.parametrize(("width", "height"), [("1e9", "1"), ("0", "0"), ("nan", "-4"), ("", "%")])
def test_an_svg_of_any_size_ends_in_a_picture_or_a_sentence(width: str, height: str) -> None:
    size = f"width='{width}' height='{height}'"
    for content in (_SVG.replace("viewBox='0 0 400 300'", size), _SVG):
        with suppress(MididrawError):
            assert max(decode(content.format("").encode()).size) <= WORKING_SIDE


@given(st.text(max_size=200))
def test_any_text_in_an_svg_ends_in_ink_or_a_typed_error(text: str) -> None:
    with suppress(MididrawError):
        assert read(_SVG.format(text).encode("utf-8", "replace")).area.any()


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
def test_of_a_moving_picture_the_fullest_frame_is_read(kind: str) -> None:
    whole = np.asarray(sketch())
    frames = []
    for share in (0.0, 0.3, 0.7, 1.0, 0.5):
        part = np.full_like(whole, 255)
        until = round(share * whole.shape[1])
        part[:, :until] = whole[:, :until]
        frames.append(Image.fromarray(part))
    moving = saved(frames[0], kind, save_all=True, append_images=frames[1:])
    assert alike(read(moving), read(sketch())) > 0.99


@pytest.mark.parametrize(
    ("kind", "options"),
    [("GIF", {}), ("PNG", {"compress_level": 1}), ("WEBP", {"quality": 70, "method": 0})],
)
def test_of_a_moving_picture_with_huge_frames_the_first_is_read(
    kind: str, options: dict[str, int]
) -> None:
    first, second = (sketch(pen=50, size=(4000, 2600)) for _ in range(2))
    second.paste(0, (0, 0, 2000, 2600))  # fuller
    moving = saved(first, kind, save_all=True, append_images=[second], **options)
    assert alike(read(moving), read(first)) > 0.99


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (b"8BPS\0\1", "Photoshop"),
        (b"\0\0\0\x20ftypisom\0\0\2\0isomiso2mp41", "video"),
        (b"\x1a\x45\xdf\xa3webm", "video"),
        (b"PK\3\4procreate", "archive"),
        (b"\xff\x0a\0\0", "JPEG XL"),
        (b"\0\0\0\x0cjP  \r\n", "JPEG 2000"),
        (b"MThd\0\0\0\6", "MIDI"),
        (b"ID3\4", "music"),
        (b"<!DOCTYPE html><html><svg></svg>", "web page"),
        (b"%!PS-Adobe", "PostScript"),
        (b"hello", "HEIC, SVG or PDF"),
    ],
)
def test_what_is_not_read_is_named_with_the_way_round_it(content: bytes, named: str) -> None:
    with pytest.raises(NotAPictureError, match=named):
        read(content)
