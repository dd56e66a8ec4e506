from pipelines.contracts import TABLES
from pipelines.dictionary import PAGE, page


def test_the_data_dictionary_is_fresh() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `make docs`"


def test_every_column_is_described_in_both_languages() -> None:
    columns = [column for table in TABLES.values() for column in table.columns().values()]
    assert all(column.description and (column.metadata or {})["zh"] for column in columns)
