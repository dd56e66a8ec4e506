"""Of what kind a file is by its first bytes, where its name says another."""

from pathlib import Path

from pipelines.errors import RefusedInput

OLD_OFFICE, WORKBOOK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK"
"""How old Office files and those with a password begin, and how workbooks do."""


def refuse_other_kind(path: Path) -> None:
    """Refuse a file whose first bytes say that it is of another kind than its name does.

    Raises:
        RefusedInput: says of what kind it is, and the remedy.
    """
    kind = path.suffix.lower()
    with path.open("rb") as file:
        start = file.read(len(OLD_OFFICE))
    if start == OLD_OFFICE:
        raise RefusedInput(
            f"{path.name}: is an old .xls workbook, or one with a password. Save it as .xlsx without a password and send it again."
        )
    if kind != ".xlsx" and start.startswith(WORKBOOK):
        raise RefusedInput(f"{path.name}: is a workbook and no {kind[1:]}. Name it .xlsx and send it again.")
    if kind == ".xlsx" and start and not start.startswith(WORKBOOK) and b"\0" not in start:
        raise RefusedInput(f"{path.name}: is a text and no workbook. Name it .csv and send it again.")
