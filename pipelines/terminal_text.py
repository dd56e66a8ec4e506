"""Text that is safe on a terminal: content of files cannot move the cursor, change colours or reverse a line."""

import unicodedata

_KEPT = "\n\t"
_UNSEEN = ("Cc", "Cf", "Cs", "Zl", "Zp")
"""Control characters, invisible ones that turn text round, halves of characters, and line ends a terminal may obey."""


def printable(text: str) -> str:
    r"""The text with such characters spelled out.

    >>> printable("red \x1b[31m")
    'red \\x1b[31m'
    """
    return "".join(_spelled(each) for each in text)


def _spelled(character: str) -> str:
    if character in _KEPT or unicodedata.category(character) not in _UNSEEN:
        return character
    return character.encode("unicode_escape").decode("ascii")
