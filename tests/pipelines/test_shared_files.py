"""The forms of files in `../shared/data` that once went wrong: each loaded right, held, or refused with the remedy."""

from pathlib import Path

import pytest

from pipelines.city.profile import load_profile
from pipelines.onboarding.dry_run import CheckReport, check_folder
from tests.worlds.shared_data import needs_shared, shared_data

CASES, FORMS = "field_cases", "file_variations"
AS_NUMBER = "saved as a number"


def _check(land: Path) -> CheckReport:
    """A folder under the profile that stands beside it, else under `qujing`."""
    beside = [p.parent for p in land.parent.glob("*/profile.yml")]
    return check_folder(land, load_profile(str(beside[0]) if beside else "qujing"))


@needs_shared(CASES)
@pytest.mark.parametrize(
    ("place", "read", "loaded", "says"),
    [
        ("18_blank_cells_with_shared_string_type/land", 4, 4, ""),
        ("19_inline_strings_with_value_element/land", 3, 3, ""),
        ("22_one_sheet_per_month/land", 15, 15, ""),
        ("23_hidden_first_sheet_is_an_old_copy/land", 8, 8, "sheet 1 of 2 not read (hidden)"),
        ("24_long_numbers_as_excel_numbers/land", 6, 3, AS_NUMBER),
        ("26_line_break_without_quotes_loses_minor_flag/land", 4, 2, "fewer fields"),
        ("28_gbk_names_under_ascii_headings/land_00", 60, 60, ""),
        ("58_web_page_saved_as_a_table/land", 0, 0, "is a web page"),
        ("58_web_page_saved_as_a_table/land2", 0, 0, "is a web page"),
        ("60_owner_file_of_an_open_workbook/land", 1, 1, "a temporary file of a program"),
        ("80_decimal_numbers_as_keys_in_parquet/land", 6, 6, ""),
        ("90_export_stopped_at_its_limit/land", 10_000, 10_000, "cut off"),
        ("99_odds_and_ends_of_exports/a_sep", 1, 1, ""),
        ("99_odds_and_ends_of_exports/b_ctrl_z", 1, 1, ""),
        ("99_odds_and_ends_of_exports/c_header_again", 3, 2, "not a date"),
        ("99_odds_and_ends_of_exports/d_bom_again", 3, 2, "not a date"),
        ("99_odds_and_ends_of_exports/j_hidden_rows", 4, 4, "rows hold formulas"),
        ("101_parquet_rows_chosen_by_a_typed_column/land", 3, 3, ""),
        ("130_encoding_named_gb2312_in_a_mapping/land", 2, 2, ""),
        ("131_the_same_rows_as_csv_and_as_workbook/land", 900, 300, ""),
    ],
)  # fmt: skip
def test_files_of_the_field(place: str, read: int, loaded: int, says: str) -> None:
    report = _check(shared_data() / CASES / place)
    assert sum(f.read for f in report.files) == read
    assert sum(f.loaded for f in report.files) == loaded
    assert says in report.text()


@needs_shared(FORMS)
@pytest.mark.parametrize(
    ("place", "loaded", "says"),
    [
        ("00_plain", 60, ""), ("01_semicolon", 60, ""), ("02_tab", 60, ""), ("04_zero_bytes", 60, "not read: 空文件 · empty"),
        ("11_dup_headers", 0, "stands more than once"), ("15_sci_ids", 0, AS_NUMBER), ("32b_xlsx_two_sheets", 60, ""),
        ("36_xlsx_numid", 60, ""), ("54_fullwidth", 60, ""),
    ],
)  # fmt: skip
def test_forms_of_one_register(place: str, loaded: int, says: str) -> None:
    report = _check(shared_data() / FORMS / place)
    assert sum(f.loaded for f in report.files) == loaded
    assert says in report.text()
