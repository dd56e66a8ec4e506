"""The parties a field names: each by itself, in one spelling, and none where the words name nobody."""

import re
import unicodedata
from functools import lru_cache

MIDDLE_DOTS = re.compile(r"\s*[·•‧⋅∙・･᛫ᐧ⸱⸳●.。]\s*")
BETWEEN_NAMES = re.compile(r"[、,;/|&+＆\n\t]+")
AND_OTHERS = re.compile(r"等(?:[0-9一二两三四五六七八九十几数多]*(?:人|户|方|名))?$")
HAN_NAME = re.compile(r"^[\u3400-\u9fff]{2,}$")
TWO_SIGN_SURNAMES = frozenset(
    [
        "欧阳",
        "司马",
        "上官",
        "诸葛",
        "东方",
        "皇甫",
        "尉迟",
        "公孙",
        "慕容",
        "令狐",
        "司徒",
        "夏侯",
        "司空",
        "端木",
        "百里",
        "南宫",
        "西门",
        "东郭",
        "呼延",
        "申屠",
        "澹台",
        "轩辕",
        "宇文",
        "长孙",
        "鲜于",
        "闻人",
    ]
)
MASKED = re.compile(r"[*?某○〇◯□×✕_#]|[xX]{2,}|(?<=[\u3400-\u9fff])[xX]")
NOBODY = re.compile(
    r"(?:匿名|隐名|化名|佚名|无名|不详|未详|不明|未知|不知|不清|不知道|不清楚|不愿透露|未透露|保密|未提供|未登记|未填|未填写|暂无|没有|无|空|略|待查|待补|待补充|待核实|待定|其他"
    r"|甲|乙|丙|双方|对方|他人|本人|自己|多人|数人|群众|村民|居民|业主|租户|住户|邻居|房东|路人|市民|老人|男子|女子|男|女|当事人|申请人|被申请人|来访人|来电人|投诉人|举报人|报警人|反映人"
    r"|父亲|母亲|丈夫|妻子|儿子|女儿|哥哥|弟弟|姐姐|妹妹|前夫|前妻|男友|女友|亲戚|朋友|同事|同学|老板|工友|测试|张三李四"
    r"|anonymous|unknown|unnamed|none|null|nil|nan|na|n|no|test|tbd|confidential|withheld|redacted|nobody|self|other|others|various|party|partya|partyb)"
    r"(?:人|者|氏|名|方|姓名|人员|[0-9一二三四甲乙ab])?"
)
TITLED = re.compile(
    r"^[\u3400-\u9fff]{1,2}(?:先生|女士|小姐|太太|夫人|大爷|大妈|大叔|大婶|大姐|大哥|阿姨|叔叔|师傅|老师|同志|老板|经理|姓|氏|家|家人|姓男子|姓女子)$"
)
FAMILIAR = re.compile(r"^[老小阿][\u3400-\u9fff]$")
ENGLISH_TITLE = re.compile(r"^(?:mr|mrs|ms|miss|mister|madam)[a-z]*$")
ORGANISATION = re.compile(
    r"(?:公司|集团|厂|矿|店|院|校|园|局|所|站|社|会|队|部|组|村|寨|行|中心|物业|银行|超市|工地|项目)$"
)
MANY_PAIRS = 30
"""Different others a name stands beside in one file before it is taken for a placeholder; an organisation's may."""


def names_of(field: str) -> tuple[str, ...]:
    """The names in one field, each in the spelling that counts, in their order; those that name nobody are left out."""
    return tuple(name for name in spelled_names(field) if not names_nobody(name))


@lru_cache(maxsize=1 << 16)
def spelled_names(field: str) -> tuple[str, ...]:
    """The names in one field in the spelling that counts (NFKC, no blank, no middle dot, case folded), nobody's included."""
    plain = unicodedata.normalize("NFKC", field)
    plain = "".join(c for c in plain if unicodedata.category(c) != "Cf")
    plain = MIDDLE_DOTS.sub("", plain)
    parts = [AND_OTHERS.sub("", part.strip()) for part in BETWEEN_NAMES.split(plain)]
    return tuple(
        name
        for part in parts
        for piece in _parted_by_blanks(part)
        if (name := "".join(piece.casefold().split()))
    )


def names_nobody(name: str) -> bool:
    """Whether a name, as `spelled_names` gives it, is a placeholder, a mask, a title or a single sign."""
    return (
        len(name) < 2
        or not any(map(str.isalpha, name))
        or any(p.fullmatch(name) is not None for p in (NOBODY, TITLED, FAMILIAR, ENGLISH_TITLE))
        or MASKED.search(name) is not None
    )


def is_organisation(name: str) -> bool:
    """Whether a name is one of a company, office or village, which may well have many quarrels."""
    return ORGANISATION.search(name) is not None


def _parted_by_blanks(part: str) -> list[str]:
    """Whole names parted by blanks; a blank inside a name (`张 三`, `欧阳 钦佐`, `Li Wei`) parts nothing."""
    pieces = part.split()
    whole = all(HAN_NAME.match(piece) for piece in pieces)
    return pieces if len(pieces) > 1 and whole and pieces[0] not in TWO_SIGN_SURNAMES else [part]
