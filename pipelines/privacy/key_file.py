"""The file that holds the key of the pair hashes, outside the home."""

import contextlib
import hashlib
import hmac
import os
import secrets
from pathlib import Path

import platformdirs

from pipelines.errors import RefusedInput


def key_path() -> Path:
    """Where the key of the pair hashes lies: `FENGQIAO_KEY_FILE`, else the user's configuration folder."""
    given = os.environ.get("FENGQIAO_KEY_FILE")
    return Path(given) if given else Path(platformdirs.user_config_dir("fengqiao")) / "pair.key"


def load_key(home: Path, mark: str | None = None) -> bytes:
    """The key of the pair hashes, made with mode 600 on first use, outside the home.

    Args:
        home: the home folder.
        mark: `key_mark` of the key that the home's pairs were hashed with; None for a home without any.

    Raises:
        RefusedInput: the key file lies under the home, others may read it, it holds no key, or it is
            another key than the home's.
    """
    path = key_path()
    if path.resolve().is_relative_to(home.resolve()):
        raise RefusedInput(
            f"the key file {path} lies under the home {home}: set FENGQIAO_KEY_FILE to a place outside it"
        )
    if not path.exists() and mark is None:
        _make_key(path)
    if not path.exists():
        raise RefusedInput(f"the key file {path} is gone, and {home} was filled with it. {ROTATION}")
    if path.stat().st_mode & 0o077:
        raise RefusedInput(f"the key file {path} may be read by others: chmod 600 it")
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except ValueError:
        key = b""
    if len(key) < KEY_BYTES:
        raise RefusedInput(f"the key file {path} holds no key of {KEY_BYTES} bytes in hexadecimal digits")
    if mark is not None and key_mark(key) != mark:
        raise RefusedInput(f"the key file {path} is not the one {home} was filled with. {ROTATION}")
    return key


def key_mark(key: bytes) -> str:
    """What a home keeps of its key, to know it again."""
    return hmac.new(key, b"the key of this home", hashlib.sha256).hexdigest()[:16]


KEY_BYTES = 32
ROTATION = (
    "Put the old key back; or, to change keys, load all files into a new home: "
    "pairs hashed with one key are never recognised under another."
)


def _make_key(path: Path) -> None:
    """Write a new key in one step; whoever else made one at the same moment wins."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_hex(KEY_BYTES))
    with contextlib.suppress(FileExistsError):
        os.link(partial, path)
    partial.unlink()
