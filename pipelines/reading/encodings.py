"""Which encoding a CSV is written in, told from its bytes, a block at a time."""

import codecs
from pathlib import Path

from pipelines.errors import UnreadableFile

BLOCK = 1 << 20
SAMPLE = 1 << 16
EVIDENCE = 40
"""Fewer bytes beyond ASCII than this tell no encoding: GB18030, the country's own, is taken."""
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
GB18030_NAMES = ("gb2312", "gbk", "cp936", "hz")
"""What people call every Chinese file; GB18030 reads all that these do."""


def named_encoding(name: str) -> str:
    """The encoding that a mapping's name for it stands for."""
    try:
        return "gb18030" if codecs.lookup(name).name in GB18030_NAMES else name
    except LookupError:
        return name


def detect_encoding(path: Path) -> str:
    """The encoding a CSV is written in: UTF-8 where it decodes, else what charset-normalizer finds.

    Raises:
        UnreadableFile: no encoding a city uses decodes the whole file.
    """
    if _decodes(path, "utf-8"):
        return "utf-8"
    if (wide := _utf_16(path)) is not None and _decodes(path, wide):
        return wide
    from charset_normalizer import from_bytes

    sample = _telling_sample(path)
    best = from_bytes(sample, cp_isolation=["gb18030", "big5"]).best()
    likely = best.encoding if best is not None and _beyond_ascii(sample) >= EVIDENCE else "gb18030"
    for encoding in dict.fromkeys((likely, "gb18030")):
        if _decodes(path, encoding):
            return encoding
    raise UnreadableFile(
        f"{path.name}: neither UTF-8 nor GB18030, nor any other encoding that could be told, or it holds zero bytes. "
        "Save it as CSV UTF-8 and send it again, or name its encoding in the profile's mapping."
    )


def utf_16_of(start: bytes) -> str | None:
    """The UTF-16 a file is written in that begins so: by its mark, or by where the zero bytes of commas and breaks stand."""
    if start.startswith(UTF_16):
        return "utf-16"
    low, high = start[1::2].count(0), start[::2].count(0)
    if max(low, high) <= 2 * min(low, high):
        return None
    return "utf-16-le" if low > high else "utf-16-be"


def _utf_16(path: Path) -> str | None:
    with path.open("rb") as file:
        return utf_16_of(file.read(SAMPLE))


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while block := file.read(BLOCK):
                if "\0" in decoder.decode(block):
                    return False
        return "\0" not in decoder.decode(b"", final=True)
    except UnicodeError:
        return False


def _telling_sample(path: Path) -> bytes:
    """The first bytes of the file, from where it leaves ASCII."""
    with path.open("rb") as file:
        while line := file.readline(BLOCK):
            if not line.isascii():
                return line + file.read(SAMPLE)
    return b""


def _beyond_ascii(sample: bytes) -> int:
    return sum(byte > 127 for byte in sample)
