"""The privacy gate (boundary 6): pairs become keyed hashes, numbers that name a person never pass."""

import hashlib
import hmac
import os
import secrets
import unicodedata
from pathlib import Path

import platformdirs
import polars as pl

from pipelines.errors import RefusedInput

ID_18 = (
    r"(?:^|[^0-9])([1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[0-9Xx])(?:[^0-9]|$)"
)
ID_15 = r"(?:^|[^0-9])([1-9]\d{7}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3})(?:[^0-9]|$)"
MOBILE = r"(?:^|[^0-9])(1[3-9]\d{9})(?:[^0-9]|$)"
MASK = "***"


def looks_personal(column: pl.Expr) -> pl.Expr:
    """Whether a text holds what looks like an identity-card or mobile number; false for null."""
    found = pl.lit(value=False)
    for text in (column, column.str.replace_all(r"[\s\-]", "")):
        found = found | text.str.contains(ID_18) | text.str.contains(ID_15) | text.str.contains(MOBILE)
    return found.fill_null(value=False)


def pair_key(key: bytes, first: str, second: str) -> str:
    """The opaque key of a pair of parties: the same whoever is named first, however it is spaced.

    HMAC-SHA256 over both names, normalised (NFKC, no white space, case folded) and sorted.
    """
    names = sorted((_normal(first), _normal(second)))
    return hmac.new(key, "\x1f".join(names).encode(), hashlib.sha256).hexdigest()[:32]


def hash_pairs(frame: pl.DataFrame, key: bytes) -> pl.Series:
    """`parties_key` of each row from `party_a` and `party_b`, or from the source's own `parties_key`.

    Null where one party is missing. Each distinct pair is hashed once.
    """
    names = [c for c in ("party_a", "party_b", "parties_key") if c in frame.columns]
    if not names:
        return pl.Series("parties_key", [None] * len(frame), dtype=pl.String)
    distinct = frame.select(names).unique(maintain_order=True)
    hashed = distinct.with_columns(
        pl.Series("__hash", [_hash_row(key, row) for row in distinct.iter_rows(named=True)], dtype=pl.String)
    )
    joined = frame.select(names).join(hashed, on=names, how="left", nulls_equal=True, maintain_order="left")
    return joined["__hash"].alias("parties_key")


def load_key(home: Path) -> bytes:
    """The key of the pair hashes, made with mode 600 on first use, outside the home.

    Raises:
        RefusedInput: the key file lies under the home, or others may read it.
    """
    given = os.environ.get("FENGQIAO_KEY_FILE")
    path = Path(given) if given else Path(platformdirs.user_config_dir("fengqiao")) / "pair.key"
    if path.resolve().is_relative_to(home.resolve()):
        raise RefusedInput(
            f"the key file {path} lies under the home {home}: set FENGQIAO_KEY_FILE to a place outside it"
        )
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(32))
    if path.stat().st_mode & 0o077:
        raise RefusedInput(f"the key file {path} may be read by others: chmod 600 it")
    return bytes.fromhex(path.read_text().strip())


def _hash_row(key: bytes, row: dict[str, str | None]) -> str | None:
    if row.get("party_a") and row.get("party_b"):
        return pair_key(key, str(row["party_a"]), str(row["party_b"]))
    given = row.get("parties_key")
    return pair_key(key, given, given) if given else None


def _normal(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())
