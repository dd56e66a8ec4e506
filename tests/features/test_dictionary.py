from features.dictionary import PAGE, page


def test_the_feature_dictionary_is_fresh() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `make docs`"
