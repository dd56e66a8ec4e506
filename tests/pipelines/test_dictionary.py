from pipelines.tables.contracts import TABLES
from pipelines.tables.dictionary_page import PAGE, page


def test_the_data_dictionary_is_fresh() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `make docs`"


def test_every_column_is_described_in_both_languages() -> None:
    columns = [column for table in TABLES.values() for column in table.columns().values()]
    for about in [column.metadata or {} for column in columns]:
        assert about["zh"]
        assert about["meaning_zh"].endswith("。")
        assert len(about["meaning_zh"]) > len(about["zh"])
    assert all(column.description for column in columns)
