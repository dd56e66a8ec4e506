"""Which disputes a row in quarantine is about, read off its own headings by the mapping it came under."""

import json
from collections.abc import Callable, Mapping

from pipelines.city.profile import Profile
from pipelines.mapping.landing_folder import mapping_of_name
from pipelines.mapping.mapping import TableMapping, headings_of
from pipelines.tables.normal_form import normal_form

DISPUTE = "dispute_id"


def quarantined_numbers(profile: Profile) -> Callable[[str, str, str], list[str]]:
    """For erasure: file name, table and JSON of a row in quarantine to the numbers of disputes it is about.

    A file that the profile no longer knows counts as one with the contract's own headings.
    """
    mappings: dict[tuple[str, str], tuple[TableMapping, ...]] = {}

    def numbers(file_name: str, table: str, row_json: str) -> list[str]:
        if (file_name, table) not in mappings:
            mapping = mapping_of_name(file_name, profile)
            of_table = tuple(m for m in mapping.tables if m.table == table) if mapping else ()
            mappings[file_name, table] = of_table or (TableMapping(table=table),)
        row = json.loads(row_json)
        return [number for m in mappings[file_name, table] if (number := number_of_row(m, row))]

    return numbers


def number_of_row(mapping: TableMapping, row: Mapping[str, str | None]) -> str | None:
    """The dispute's number a source row states, in normal form; None where it states none or a piece is missing."""
    if (template := mapping.templates.get(DISPUTE)) is not None:
        pieces = template.replace("}", "{").split("{")
        filled = [row.get(piece) if at % 2 else piece for at, piece in enumerate(pieces)]
        return None if None in filled else normal_form("".join(piece or "" for piece in filled))
    headings = (mapping.columns[DISPUTE],) if DISPUTE in mapping.columns else ()
    if not mapping.columns:
        headings = headings_of(mapping.table).get(DISPUTE, ())
    number = next((row[heading] for heading in headings if row.get(heading)), None)
    return normal_form(number) if number else None
