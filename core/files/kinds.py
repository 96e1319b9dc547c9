"""What a file is, by its first bytes: what a browser may show, and all the rest."""

ANY = "application/octet-stream"
PDF = "application/pdf"
STARTS = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", PDF),
)
LONGEST_START = 16


def media_type_of(start: bytes) -> str:
    """Return the media type of a kind that may be shown, else that of any bytes.

    What the sender claims and the ending of the name are not asked: they may lie.
    """
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for known, kind in STARTS if start.startswith(known)), ANY)


def is_image(media_type: str) -> bool:
    """Tell whether an <img> may show it."""
    return media_type.startswith("image/")
