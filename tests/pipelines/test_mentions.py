"""Mentions of a number in running text: every spelling of it, and no other number that contains it."""

import json
from urllib.parse import quote

import pytest

from pipelines.erasure.mentions import Mentions, is_unmistakable

CASE = "(2025)麒调字第12号"


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("QL-2025-1", "与QL-2025-1一案同源"), ("QL-2025-1", "QL-2025-1。"), ("QL-2025-1", "见 ＱＬ－２０２５－１ ."), ("QL-2025-1", "GET /dispute?id=QL-2025-1&lang=zh"),
        ("QL-2025-1", '{"id": "QL-2025-1"}'), ("QL-2025-1", "QL–2025–1"), (CASE, "见〔2025〕麒调字第12号"), (CASE, "见（2025） 麒调字第 12 号案卷"),
        (CASE, json.dumps("（2025）麒调字第12号")), (CASE, f"/dispute?id={quote(CASE)}"), (CASE, f"/dispute?id={quote('（2025）麒调字第12号')}&x=1"),
        ("麒调字第12号", "据麒调字第12号的卷"), ("00123", "见00123。"),
    ],
)  # fmt: skip
def test_a_mention_is_blanked_however_it_is_spelled(number: str, text: str) -> None:
    mentions = Mentions([number])
    assert mentions.numbers_in(text) == {number}
    blanked, places = mentions.blank(text)
    assert places == 1
    assert mentions.numbers_in(blanked) == set()


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("QL-2025-1", "QL-2025-11"), ("QL-2025-1", "XQL-2025-1"), ("QL-2025-1", "QL-2025-1-2"), ("麒调字第12号", "(2025)麒调字第12号"),
        ("麒调字第12号", "麒调字第12号-1"), ("00123", "0.00123"), ("00123", "100123"), ("麒麟2025-3", "麒麟2025-30"), ("JF1", "jf1"),
    ],
)  # fmt: skip
def test_another_number_is_left(number: str, text: str) -> None:
    assert Mentions([number]).blank(text) == (text, 0)


def test_a_longer_number_that_contains_it_is_left_where_it_is_known() -> None:
    assert Mentions(["麒调字第12号"], ["曲麒调字第12号"]).blank("曲麒调字第12号、麒调字第12号") == (
        "曲麒调字第12号、[erased]",
        1,
    )


def test_many_numbers_are_found_at_once() -> None:
    assert Mentions([f"JF{n:05d}" for n in range(500)]).numbers_in("JF00007, JF00499 and JF00500") == {
        "JF00007",
        "JF00499",
    }


@pytest.mark.parametrize(
    ("number", "sure"),
    [
        ("JF00001992", True), ("QL-2025-1", True), (CASE, True), ("麒麟2025-3", True), ("D2", False), ("530302001", False), ("2025-03-11", False),
        ("00123", False), ("deadbeef12", False), ("window", False), ("JF1", False),
    ],
)  # fmt: skip
def test_a_number_is_unmistakable_if_nothing_else_reads_like_it(number: str, sure: bool) -> None:
    assert is_unmistakable(number, ()) is sure
    assert not is_unmistakable(number, (number,))
