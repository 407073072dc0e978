"""Every kind of file that a person may send, and what is refused."""

import io
from pathlib import Path

import numpy as np
import pytest
import pyvips
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from mididraw.errors import (
    BlankPictureError,
    DamagedPictureError,
    MididrawError,
    NotAPictureError,
    PictureTooLargeError,
)
from mididraw.picture import read
from mididraw.picture.decode import MAX_BYTES, decode
from mididraw.picture.shrink import WORKING_SIDE
from tests.picture.drawn import alike, saved, sketch


@pytest.mark.parametrize(
    ("mode", "kind"),
    [
        ("1", "PNG"),
        ("L", "PNG"),
        ("LA", "PNG"),
        ("P", "PNG"),
        ("RGB", "PNG"),
        ("RGBA", "PNG"),
        ("L", "JPEG"),
        ("RGB", "JPEG"),
        ("CMYK", "JPEG"),
        ("RGB", "WEBP"),
        ("RGBA", "WEBP"),
        ("L", "BMP"),
        ("RGB", "BMP"),
        ("P", "BMP"),
        ("P", "GIF"),
        ("1", "TIFF"),
        ("LA", "TIFF"),
        ("RGBA", "TIFF"),
        ("CMYK", "TIFF"),
        ("YCbCr", "TIFF"),
        ("F", "TIFF"),
    ],
)
def test_every_kind_of_file_holds_the_same_drawing(mode: str, kind: str) -> None:
    ink = read(saved(sketch().convert(mode), kind))
    assert alike(ink, read(sketch())) == 1.0


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_sixteen_bits_are_read_over_their_whole_range(kind: str) -> None:
    levels = 20_000 + 100 * np.asarray(sketch(), np.uint16)
    picture = saved(Image.fromarray(levels), kind)
    assert Image.open(io.BytesIO(picture)).mode == "I;16"
    assert alike(read(picture), read(sketch())) == 1.0


@pytest.mark.parametrize(("kind", "options"), [("GIF", {}), ("PNG", {}), ("WEBP", {"quality": 90})])
def test_of_a_moving_picture_the_first_of_its_fullest_frames_is_read(
    kind: str, options: dict[str, int]
) -> None:
    others = [sketch().rotate(180), Image.new("L", (400, 300), 255)]
    picture = saved(sketch(), kind, save_all=True, append_images=others, **options)
    assert getattr(Image.open(io.BytesIO(picture)), "n_frames", 1) == 3
    assert alike(read(picture), read(sketch())) == 1.0


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_a_picture_is_turned_as_its_notes_say(orientation: int, kind: str) -> None:
    turns = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    held = sketch() if orientation == 1 else sketch().transpose(turns[orientation])
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture = saved(held.convert("RGB"), kind, exif=exif.tobytes())
    assert alike(read(picture), read(sketch())) > 0.99
    if orientation not in (1, 4):
        assert alike(read(held), read(sketch())) < 0.9


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("size", [(3000, 2000), (2999, 2001)])
def test_a_large_picture_of_any_kind_is_read_alike(kind: str, size: tuple[int, int]) -> None:
    image = sketch("RGB", (200, 30, 10), (255, 250, 240), pen=9, size=size)
    assert alike(read(saved(image, kind)), read(image)) > 0.99


@pytest.mark.parametrize(
    ("mode", "kind"),
    [
        ("1", "PNG"),
        ("L", "PNG"),
        ("LA", "PNG"),
        ("P", "PNG"),
        ("RGBA", "PNG"),
        ("I;16", "PNG"),
        ("1", "TIFF"),
        ("P", "TIFF"),
        ("RGBA", "TIFF"),
        ("CMYK", "TIFF"),
        ("YCbCr", "TIFF"),
        ("I;16", "TIFF"),
    ],
)
def test_a_large_picture_is_the_same_from_a_file_as_it_is_from_memory(mode: str, kind: str) -> None:
    image = sketch("RGB", (200, 30, 10), (255, 250, 240), pen=9, size=(2999, 2001))
    if mode.endswith("A"):
        image.putalpha(sketch("L", 255, 0, pen=40, size=image.size))
    if mode == "I;16":
        held = Image.fromarray(np.asarray(image.convert("L"), np.uint16) * 257)
    else:
        held = image.convert(mode)
    whole, streamed = decode(held), decode(saved(held, kind))
    assert streamed.size == whole.size
    assert streamed.mode == whole.mode
    apart = np.abs(np.asarray(streamed, np.int16) - np.asarray(whole))
    seen = np.asarray(whole.convert("RGBA"))[..., 3] > 0
    assert apart[seen].max() <= 8  # where hardly anything is opaque


@pytest.mark.parametrize("orientation", [3, 6])
@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF"])
def test_a_large_picture_is_turned_as_its_notes_say(orientation: int, kind: str) -> None:
    image = sketch("RGB", pen=30, ink=(0, 0, 0), paper=(255, 255, 255), size=(2600, 1950))
    turn = {3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90}[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture = saved(image.transpose(turn), kind, exif=exif.tobytes())
    assert alike(read(picture), read(sketch())) > 0.98


@pytest.mark.parametrize("orientation", [1, 6])
@pytest.mark.parametrize("quality", [90, 100])
def test_a_huge_moving_webp_is_read_as_its_first_frame_is(orientation: int, quality: int) -> None:
    image = sketch("RGB", pen=45, ink=(0, 0, 0), paper=(255, 255, 255), size=(4000, 3000))
    exif = Image.Exif()
    exif[0x0112] = orientation
    held = image.transpose(Image.Transpose.ROTATE_90) if orientation == 6 else image
    picture = saved(
        held,
        "WEBP",
        save_all=True,
        append_images=[Image.new("RGB", held.size), held.rotate(180)],
        exif=exif.tobytes(),
        method=0,
        quality=quality,
        lossless=quality == 100,
    )
    assert decode(picture).size == (1000, 750)
    assert alike(read(picture), read(sketch())) > 0.98


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF"])
def test_a_large_picture_that_breaks_off_says_so(kind: str) -> None:
    picture = saved(Image.effect_noise((2000, 1500), 90), kind)
    with pytest.raises(DamagedPictureError):
        decode(picture[: len(picture) // 2])


def test_a_picture_with_many_notes_is_read() -> None:
    notes = PngInfo()
    for number in range(300):
        notes.add_text(f"exif:{number}", "as ImageMagick writes them")
    image = sketch(pen=30, size=(2600, 1950))
    assert alike(read(saved(image, "PNG", pnginfo=notes)), read(image)) > 0.99


@pytest.mark.parametrize(("size", "small"), [((16_383, 1), (1261, 1)), ((1, 16_383), (1, 1261))])
@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF"])
def test_a_thin_picture_keeps_a_row_of_pixels(
    kind: str, size: tuple[int, int], small: tuple[int, int]
) -> None:
    assert decode(saved(Image.new("RGB", size, "red"), kind)).size == small


def test_a_path_bytes_and_an_image_are_one(tmp_path: Path) -> None:
    path = tmp_path / "画.png"
    path.write_bytes(saved(sketch(), "PNG"))
    areas = [read(held).area for held in (path, str(path), path.read_bytes(), sketch())]
    assert all(np.array_equal(area, areas[0]) for area in areas)


def test_an_image_given_is_left_as_it_was() -> None:
    image = sketch("RGB", size=(3000, 2000), pen=20, ink=(0, 0, 0), paper=(255, 255, 255))
    before = image.tobytes()
    read(image)
    assert image.size == (3000, 2000)
    assert image.tobytes() == before


@given(st.integers(1, 3000), st.integers(1, 3000), st.sampled_from(["L", "RGB", "RGBA", "P", "1"]))
def test_any_size_is_brought_to_the_working_size(width: int, height: int, mode: str) -> None:
    small = decode(Image.new(mode, (width, height)))
    assert small.mode in ("L", "RGB", "RGBA")
    assert max(small.size) <= WORKING_SIDE
    if max(width, height) <= WORKING_SIDE:
        assert small.size == (width, height)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", NotAPictureError),
        (b"hello", NotAPictureError),
        (b"%PDF-1.7", DamagedPictureError),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><path", DamagedPictureError),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", DamagedPictureError),
        (saved(sketch(), "PNG")[:-700], DamagedPictureError),
        (saved(sketch(), "JPEG")[:1200], DamagedPictureError),
        (saved(sketch(), "WEBP")[:300], DamagedPictureError),
        (saved(sketch().convert("P"), "GIF")[:900], DamagedPictureError),
        (saved(Image.new("1", (9000, 8900)), "PNG"), PictureTooLargeError),
        (saved(Image.new("1", (15000, 15000)), "PNG"), PictureTooLargeError),
        (bytes(MAX_BYTES + 1), PictureTooLargeError),
    ],
    ids=lambda value: None if isinstance(value, bytes) else value.__name__,
)
def test_what_cannot_be_read_says_what_to_do(content: bytes, kind: type[MididrawError]) -> None:
    with pytest.raises(kind, match=r"send|save") as caught:
        read(content)
    assert str(caught.value).endswith(".")


def test_an_avif_may_have_fewer_pixels(tmp_path: Path) -> None:
    picture = saved(Image.new("L", (8_100, 5_000)), "AVIF", speed=10)
    with pytest.raises(PictureTooLargeError, match="40 megapixels"):
        read(picture)
    (tmp_path / "plain.png").write_bytes(saved(Image.new("L", (8_100, 5_000)), "PNG"))
    with pytest.raises(BlankPictureError):
        read(tmp_path / "plain.png")


def test_an_interlaced_picture_is_read() -> None:
    image = sketch(pen=30, size=(2600, 1950))
    held = pyvips.Image.new_from_array(np.asarray(image))
    assert alike(read(held.pngsave_buffer(interlace=True)), read(image)) > 0.99


@pytest.mark.parametrize("name", ["nowhere.png", ".", "a\0b.png"])
def test_a_file_that_cannot_be_opened(tmp_path: Path, name: str) -> None:
    with pytest.raises(NotAPictureError, match="cannot be opened"):
        read(tmp_path / name)


@pytest.mark.parametrize(
    ("kind", "mode", "size"), [("PNG", "1", (10_000, 8_000)), ("JPEG", "L", (16_000, 12_500))]
)
def test_the_largest_pictures_are_read(kind: str, mode: str, size: tuple[int, int]) -> None:
    paper, pen = (1 if mode == "1" else 255), size[0] // 130
    picture = saved(sketch(mode, 0, paper, pen=pen, size=size), kind)
    assert (
        alike(read(picture), read(sketch("L", pen=3, size=(400, 400 * size[1] // size[0])))) > 0.99
    )


def test_a_progressive_jpeg_is_held_whole_and_so_may_be_less_large() -> None:
    large = Image.new("L", (9_000, 9_000), 255)
    with pytest.raises(PictureTooLargeError, match="200 as JPEG"):
        read(saved(large, "JPEG", progressive=True))


@given(st.binary(max_size=400))
def test_any_bytes_end_in_a_typed_error(content: bytes) -> None:
    with pytest.raises(MididrawError):
        read(content)


@given(
    st.sampled_from(["PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF", "AVIF", "PDF"]),
    st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), max_size=8),
    st.integers(0, 10_000),
)
def test_any_damage_ends_in_ink_or_a_typed_error(
    kind: str, changes: list[tuple[int, int]], length: int
) -> None:
    content = bytearray(saved(sketch(size=(80, 60)), kind))
    for place, value in changes:
        content[place % len(content)] = value
    try:
        ink = read(bytes(content[: max(length % (2 * len(content)), 1)]))
    except MididrawError:
        return
    assert ink.area.any()
