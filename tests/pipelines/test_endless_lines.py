"""A line too long to be a row is noticed wherever it stands, and lines just as long as they may be are not."""

import pytest

from pipelines.reading import csv_text

MOST = 8


@pytest.mark.parametrize(
    ("text", "endless"),
    [
        ("", False),
        ("a\nb\n", False),
        ("12345678", False),
        ("12345678\n12345678\n", False),
        ("\n\n12345678\n1", False),
        ("123456789", True),
        ("123456789\n1", True),
        ("1\n2\n123456789\n1", True),
        ("1\n" * 20 + "123456789", True),
        ("12345678\n" * 20, False),
    ],
)
def test_an_endless_line_is_noticed(text: str, endless: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_text, "LONGEST_LINE", MOST)
    assert csv_text._has_endless_line(text) is endless
