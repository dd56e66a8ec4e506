"""Debian's LibreOffice as a reader of the papers: a document's pages, as text and as pictures."""

import shutil
import subprocess
from pathlib import Path


def is_there() -> bool:
    return bool(shutil.which("soffice") and shutil.which("pdftotext"))


def pages_of(document: bytes, folder: Path) -> list[str]:
    """The text of each page as LibreOffice lays it out; the PDF stays in the folder."""
    source = folder / "paper.docx"
    source.write_bytes(document)
    settings = f"-env:UserInstallation={(folder / 'settings').as_uri()}"
    subprocess.run(
        ["soffice", settings, "--headless", "--convert-to", "pdf", "--outdir", str(folder), str(source)],
        check=True,
        capture_output=True,
        timeout=120,
    )
    pdf = folder / "paper.pdf"
    converted = subprocess.run(
        ["pdftotext", "-layout", str(pdf), "-"], check=True, capture_output=True, text=True
    )
    return converted.stdout.removesuffix("\f").split("\f")


def fonts_of(folder: Path) -> str:
    """What `pdffonts` says of the PDF that `pages_of` left in the folder."""
    return subprocess.run(
        ["pdffonts", str(folder / "paper.pdf")], check=True, capture_output=True, text=True
    ).stdout
