"""File names as they may be kept and logged (boundary 6): what a mapping expects, with dates and serials, or a hash."""

import hashlib
import re
import unicodedata

from pipelines.privacy.personal_numbers import is_personal

OF_A_PATTERN = re.compile(r"[*?]|\[[^\]]*\]")
WORDS_OF_FILES = re.compile(
    r"[年月日周旬季度上中下半第期至到和号份初末新旧版全副本修订更正补录汇总数据台账登记表报册底稿导出纠纷事件一二三四五六七八九十]"
)
NAME_LIKE = re.compile(r"[^\W\d_a-zA-Z]|[A-Z][a-z]+[A-Z][a-z]|[A-Z]{7,}")


def kept_file_name(name: str, pattern: str) -> str:
    """The name, or the pattern with a hash where more than the pattern's words, dates and serials is in it.

    A sign that is not seen (a line end, an escape, a mark of direction) is more, too.

    Args:
        name: of a file in the landing folder.
        pattern: the mapping's, or the table's with a star: `台账*.csv`.
    """
    rest = unicodedata.normalize("NFKC", name)
    for literal in OF_A_PATTERN.split(pattern):
        rest = rest.replace(unicodedata.normalize("NFKC", literal), " ", 1) if literal else rest
    rest = WORDS_OF_FILES.sub(" ", rest)
    if name.isprintable() and NAME_LIKE.search(rest) is None and not is_personal(rest):
        return name
    mark = "_#" + hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()[:8]
    return OF_A_PATTERN.sub("", OF_A_PATTERN.sub(mark, pattern, count=1))
