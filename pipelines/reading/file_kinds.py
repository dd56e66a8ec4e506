"""Of what kind a file is by its first bytes, where its name says another."""

from pathlib import Path

from pipelines.errors import UnreadableFile

SAMPLE = 4096
OLD_OFFICE, WORKBOOK, PARQUET = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK", b"PAR1"
"""How old Office files and those with a password begin, how workbooks do, and Parquet files."""
PASSWORD = "EncryptedPackage".encode("utf-16-le")
WEB_PAGE = (
    b"<!doctype html",
    b"<html",
    b"<head",
    b"<meta",
    b"<body",
    b"<table",
    b"<style",
    b"<script",
    b"<div",
)
OTHER = {
    b"%PDF": "a PDF. Ask for the table itself, as .xlsx or .csv",
    b"\x1f\x8b": "a compressed file. Unpack it and send what is in it",
    b"Rar!": "a compressed file. Unpack it and send what is in it",
    b"7z\xbc\xaf": "a compressed file. Unpack it and send what is in it",
    b"SQLite format 3": "a database. Export the table as .xlsx or .csv",
    b"MIME-Version": "a saved web page. Open it in a spreadsheet program, save it as .xlsx and send that",
}


def refuse_other_kind(path: Path) -> None:
    """Refuse a file whose first bytes say that it is of another kind than its name does.

    Raises:
        UnreadableFile: says of what kind it is, and the remedy.
    """
    kind = path.suffix.lower()
    with path.open("rb") as file:
        start = file.read(SAMPLE)
    if (what := _other_kind(start, kind)) is not None:
        raise UnreadableFile(f"{path.name}: is {what}.")
    if kind == ".xls" and _has_password(path):
        raise UnreadableFile(f"{path.name}: has a password. Save it without one and send it again.")


def _other_kind(start: bytes, kind: str) -> str | None:
    """What a file is by how it begins, with the remedy; None where it may be what its name says."""
    for mark, what in OTHER.items():
        if start.startswith(mark):
            return what
    text = start.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0").replace(b"\0", b"")[:SAMPLE].lower()
    if text.startswith(WEB_PAGE) or (text.startswith(b"<") and b"<table" in text):
        return "a web page under the name of a table. Open it in a spreadsheet program, save it as .xlsx and send that"
    if text.startswith(b"<?xml"):
        return "an XML text. Open it in a spreadsheet program, save it as .xlsx and send that"
    if start.startswith(OLD_OFFICE) and kind != ".xls":
        return "an old .xls workbook, or one with a password. Name it .xls, or save it as .xlsx without a password, and send it again"
    if start.startswith(WORKBOOK) and kind != ".xlsx":
        return f"a workbook and no {kind[1:]}. Name it .xlsx and send it again"
    if start.startswith(PARQUET) and kind != ".parquet":
        return f"a Parquet file and no {kind[1:]}. Name it .parquet and send it again"
    workbook = kind == ".xlsx" or (kind == ".xls" and not start.startswith(OLD_OFFICE))
    if (
        workbook
        and start
        and not start.startswith(WORKBOOK)
        and (b"\0" not in start or start[:2] in (b"\xff\xfe", b"\xfe\xff"))
    ):
        return "a text and no workbook. Name it .csv and send it again"
    return None


def _has_password(path: Path) -> bool:
    with path.open("rb") as file:
        return PASSWORD in file.read()
