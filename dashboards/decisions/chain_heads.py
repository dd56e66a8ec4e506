"""Heads of the decision record, kept beside it and printed on the papers: what shows that its end was cut off."""

from pathlib import Path

from dashboards.decisions.store import DecisionStore, Verified
from pipelines.home import Home


def verify_and_keep(home: Home) -> Verified:
    """Verify a home's record against the heads kept so far, and keep its head.

    Raises:
        BrokenChain: an entry was changed, put in, or taken out.
    """
    verified = verify(home)
    if verified.head not in _kept(home):
        with _file(home).open("a", encoding="utf-8") as file:
            file.write(f"{verified.head}\n")
    return verified


def verify(home: Home, printed: str | None = None) -> Verified:
    """Verify a home's record against the heads kept so far, and one from the papers where it is given.

    Raises:
        BrokenChain: an entry was changed, put in, or taken out.
    """
    return DecisionStore.of(home).verify([*_kept(home), *([printed] if printed else [])])


def _kept(home: Home) -> list[str]:
    return _file(home).read_text(encoding="utf-8").split() if _file(home).exists() else []


def _file(home: Home) -> Path:
    return home.root / "decision_heads.txt"
