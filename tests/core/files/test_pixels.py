"""An image that claims more pixels than a camera makes is kept, but shown to nobody."""

import struct
from io import BytesIO

import pytest

from core.files.pixels import is_sane
from core.files.storage import ANY
from tests.core.files.conftest import PNG, attach, rows


def png(width, height):
    return PNG[:16] + struct.pack(">II", width, height) + PNG[24:]


def jpeg(width, height):
    frame = b"\xff\xc2\0\x11\x08" + struct.pack(">HH", height, width)
    return b"\xff\xd8\xff\xe1\0\x08Exif\0\0\xff\xc4\0\x03x" + frame


def gif(width, height):
    return b"GIF89a" + struct.pack("<HH", width, height)


def lossy(width, height):
    return b"RIFF\0\0\0\0WEBPVP8 " + b"\0" * 10 + struct.pack("<HH", width, height)


def lossless(width, height):
    bits = (width - 1) | (height - 1) << 14
    return b"RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f" + struct.pack("<I", bits)


def extended(width, height):
    sides = b"".join((one - 1).to_bytes(3, "little") for one in (width, height))
    return b"RIFF\0\0\0\0WEBPVP8X" + b"\0" * 8 + sides


MAKERS = [
    ("image/png", png),
    ("image/jpeg", jpeg),
    ("image/gif", gif),
    ("image/webp", lossy),
    ("image/webp", lossless),
    ("image/webp", extended),
]


@pytest.mark.parametrize(("kind", "make_image"), MAKERS)
def test_the_size_is_read_from_the_header(kind, make_image):
    assert is_sane(BytesIO(make_image(5_000, 10_000)), kind)
    assert not is_sane(BytesIO(make_image(5_001, 10_000)), kind)
    assert not is_sane(BytesIO(make_image(10_001, 5_000)), kind)
    assert not is_sane(BytesIO(make_image(9, 9)[:9]), kind)


def test_a_photograph_whose_size_never_comes_is_not_walked_for_ever():
    assert not is_sane(
        BytesIO(b"\xff\xd8" + b"\xff\xe0\0\x02" * 2_000 + jpeg(9, 9)[2:]), "image/jpeg"
    )


def test_an_insane_image_is_an_ordinary_file(pair, make, login):
    attach(make.actor(pair.ann), pair.anns, ("vast.png", png(60_000, 60_000)))
    assert [row.media_type for row in rows()] == [ANY]
    page = login(pair.ann).get(f"/customers/{pair.anns}?tab=attachments").text
    assert "vast.png" in page
    assert "<img" not in page
    attach(make.actor(pair.ann), pair.anns, ("small.png", png(60, 60)))
    assert "<img" in login(pair.ann).get(f"/customers/{pair.anns}?tab=attachments").text
