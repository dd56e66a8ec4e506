"""The words of the work (`words` in profile.yml) in place of the words of mediation that the texts are written in.

A profile that names nothing leaves every text as it is. What stands in braces is filled in later and is left alone.
"""

import re
from collections.abc import Callable

from pipelines.city.vocabulary import Term, Vocabulary

USUAL = Vocabulary()
ORDER = ("mediator", "mediation", "case", "party")
"""Words to replace, longer ones first, because the Chinese word for mediator contains that for mediation."""
ALSO = {"case": "矛盾纠纷"}
"""A longer Chinese synonym."""
PLACES = re.compile(r"(\{[^{}]*\})")


def in_words_of(vocabulary: Vocabulary, lang: str) -> Callable[[str], str]:
    """A function that turns a text about mediation into one about the profile's work.

    >>> permits = Vocabulary(case=Term(zh="申请", en="application"))
    >>> in_words_of(permits, "en")("A dispute of {disputes}; two Disputes.")
    'An application of {disputes}; two Applications.'
    >>> in_words_of(permits, "zh")("矛盾纠纷{n}件，纠纷编号")
    '申请{n}件，申请编号'
    """
    renamed = [name for name in ORDER if getattr(vocabulary, name) != getattr(USUAL, name)]
    if not renamed:
        return lambda text: text
    pairs = [(name, getattr(USUAL, name), getattr(vocabulary, name)) for name in renamed]
    replace = _in_chinese(pairs) if lang == "zh" else _in_english(pairs)
    return lambda text: "".join(
        piece if piece.startswith("{") else replace(piece) for piece in PLACES.split(text)
    )


def _in_chinese(pairs: list[tuple[str, Term, Term]]) -> Callable[[str], str]:
    words = {usual.zh: own.zh for _, usual, own in pairs}
    words |= {ALSO[name]: own.zh for name, _, own in pairs if name in ALSO}
    pattern = re.compile("|".join(sorted(map(re.escape, words), key=len, reverse=True)))
    return lambda text: pattern.sub(lambda match: words[match.group()], text)


def _in_english(pairs: list[tuple[str, Term, Term]]) -> Callable[[str], str]:
    words = {usual.en: own.en for _, usual, own in pairs}
    words |= {_plural(usual): _plural(own) for _, usual, own in pairs}
    known = "|".join(sorted(map(re.escape, words), key=len, reverse=True))
    pattern = re.compile(rf"\b(?:([Aa])n? )?({known})\b", flags=re.IGNORECASE)
    return lambda text: pattern.sub(lambda match: _own(match, words), text)


def _own(match: re.Match[str], words: dict[str, str]) -> str:
    """One word replaced, its article and first letter as the sentence has them."""
    article, word = match.groups()
    own = words[word.lower()]
    own = own[0].upper() + own[1:] if word[0].isupper() else own
    return own if article is None else f"{article}{'n' if own[0].lower() in 'aeiou' else ''} {own}"


def _plural(term: Term) -> str:
    return term.en_plural or f"{term.en}s"
