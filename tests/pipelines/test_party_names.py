"""Parties in any spelling are one pair; words that name nobody are none."""

import itertools

import polars as pl
import pytest

from pipelines.privacy.pair_key import hash_pairs, pair_key

KEY = bytes(32)
SAME_PAIR = [
    ("阿依·木加", "王大山"), ("阿依•木加", "王大山"), ("阿依・木加", "王大山"), ("阿依･木加", "王大山"), ("阿依‧木加", "王大山"), ("阿依⋅木加", "王大山"),
    ("阿依.木加", "王大山"), ("阿依．木加", "王 大山"), ("王大山", "阿依木加"), ("阿依∙木加", "王大山\u200b"), (" 阿依 · 木加", "王大山 "), ("阿依●木加", "王大山"),
]  # fmt: skip
SAME_THREE = [
    ("王大山", "李小河、赵小溪"), ("王大山", "赵小溪、李小河"), ("李小河，赵小溪", "王大山"), ("王大山 ", "李小河 赵小溪"), ("李小河;赵小溪", "王大山"),
    ("李小河；赵小溪等2人", "王大山"), ("王大山、李小河", "赵小溪"), ("李小河/赵小溪等", "王大山"), ("李小河|赵小溪", "王大山"), ("李小河\n赵小溪", "王大山"),
]  # fmt: skip
NOBODY = [
    "匿名", "不详", "未知", "无", "佚名", "无名氏", "张某某", "李某", "张某甲", "李*", "张**", "王女士", "陈先生", "欧阳先生", "老王", "小李", "张xx", "张XX", "王×", "某村民",
    "村民", "邻居", "当事人", "匿名者", "来电人", "甲方", "乙", "-", "/", "？", "***", "n/a", "N/A", "unknown", "Anonymous", "None", "null", "test", "Mr Wang",
    "张", "李○○", "王〇", "不愿透露姓名", "未提供", "13", "男", "前夫", "业主1", "王□", "张_", "未 知", "不 详", "匿\u200b名", "待核实",
]  # fmt: skip


@pytest.mark.parametrize("pairs", [SAME_PAIR, SAME_THREE])
def test_one_pair_in_every_spelling_and_order_has_one_key(pairs: list[tuple[str, str]]) -> None:
    keys = hash_pairs(pl.DataFrame(pairs, schema=["party_a", "party_b"], orient="row"), KEY)
    assert keys.n_unique() == 1
    assert keys.null_count() == 0


@pytest.mark.parametrize("name", NOBODY)
def test_words_that_name_nobody_make_no_key(name: str) -> None:
    assert pair_key(KEY, name, "王大山") is None
    assert pair_key(KEY, "王大山", name) is None
    assert pair_key(KEY, name, name) is None


def test_people_are_told_apart() -> None:
    names = [
        "张三",
        "李四",
        "王大山",
        "欧阳钦佐",
        "和志强",
        "Li Wei",
        "王小姐妹",
        "曲靖某某公司".replace("某某", "大河"),
        "徐霞",
        "肖克",
        "吴明",
        "何方",
    ]
    keys = [pair_key(KEY, a, b) for a, b in itertools.combinations(names, 2)]
    assert None not in keys
    assert len(set(keys)) == len(keys)
    assert pair_key(KEY, "张三李", "四海") != pair_key(KEY, "张三", "李四海")
    assert pair_key(KEY, "欧阳 钦佐", "王大山") == pair_key(KEY, "欧阳钦佐", "王大山")


def test_a_name_beside_very_many_others_is_a_placeholder_and_a_company_is_not() -> None:
    others = [f"王大{chr(0x5000 + n)}" for n in range(40)]
    frame = pl.DataFrame({"party_a": ["来访群众代表"] * 40 + ["大河物业公司"] * 40, "party_b": others * 2})
    keys = hash_pairs(frame, KEY)
    assert keys[:40].null_count() == 40
    assert keys[40:].n_unique() == 40


def test_the_sources_own_key_stands_for_a_pair_unless_it_says_nothing() -> None:
    keys = hash_pairs(pl.DataFrame({"parties_key": ["P-1", "7", "不详", None, "/"]}), KEY)
    assert keys.is_null().to_list() == [False, False, True, True, True]
