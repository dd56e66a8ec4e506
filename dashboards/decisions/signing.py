"""The signature of the decision record: made with the key outside the home, and the heads kept beside that key.

Who can write the home or the database but does not hold the key can neither add an entry nor put back an older
record unnoticed. Who holds the key can; the papers' printed heads are then the only witness.
"""

import fcntl
import hashlib
import hmac
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipelines.errors import FengqiaoError, RefusedInput
from pipelines.home import Home
from pipelines.privacy.key_file import key_path, load_key

HEADS = "decision_heads.txt"
RESERVED = 128
"""Bytes of a line with a head, and some."""
_PURPOSE = b"the decision record"


@dataclass(frozen=True)
class Signer:
    """The key of one home's record, read when it is needed, and the two files that keep its heads.

    Attributes:
        root: the home folder.
        key_file: outside the home.
        heads_file: outside the home too: `$FENGQIAO_HEADS_FILE`, else beside the key.
    """

    root: Path
    key_file: Path
    heads_file: Path

    @classmethod
    def of(cls, home: Home) -> "Signer":
        """The signer of a home, with the key of its pair hashes."""
        given = os.environ.get("FENGQIAO_HEADS_FILE")
        return cls(home.root.resolve(), key_path(), Path(given) if given else key_path().with_name(HEADS))

    def sign(self, entry_hash: str) -> str:
        """The signature of an entry's hash, in hexadecimal digits.

        Raises:
            RefusedInput: there is no key, or others may read it.
        """
        in_use = bool(_text(self.root / HEADS)) or Home(self.root).warehouse.exists()
        if in_use and not self.key_file.exists():
            raise RefusedInput(
                f"the key file {self.key_file} is gone; put it back: decisions are signed with it"
            )
        own_key = hmac.digest(load_key(self.root), _PURPOSE, hashlib.sha256)
        return hmac.new(own_key, entry_hash.encode(), hashlib.sha256).hexdigest()

    def pseudonym(self, subject: str) -> str:
        """What an account is called in the record: always the same, and nobody without the key can tell whose it is."""
        own_key = hmac.digest(load_key(self.root), b"accounts of the decision record", hashlib.sha256)
        return hmac.new(own_key, subject.encode(), hashlib.sha256).hexdigest()[:12]

    def is_signed(self, entry_hash: str, signature: str) -> bool:
        """Whether that signature of the hash was made with this key."""
        return hmac.compare_digest(self.sign(entry_hash).encode(), signature.encode())

    def kept(self) -> list[str]:
        """Heads kept in the home and outside it."""
        inside = self.root / HEADS
        lines = _text(inside).split()
        return list(dict.fromkeys([*lines, *self.kept_outside()]))

    def kept_outside(self) -> list[str]:
        """Heads of this home's record kept outside the home, oldest first."""
        path = self.heads_file
        lines = _text(path).splitlines()
        return [head for mark, _, head in (line.partition(" ") for line in lines) if mark == self._mark()]

    @contextmanager
    def keeping(self) -> Iterator[Callable[[str], None]]:
        """Open both files before anything is recorded, so that a head can be kept afterwards; gives what keeps it.

        Raises:
            FengqiaoError: one of them cannot be written; nothing was recorded.
        """
        with ExitStack() as stack:
            try:
                self.heads_file.parent.mkdir(parents=True, exist_ok=True)
                places = [
                    stack.enter_context(_reserved(path)) for path in (self.root / HEADS, self.heads_file)
                ]
            except OSError as problem:
                raise FengqiaoError(
                    f"the head of the decision record cannot be kept in {problem.filename or self.heads_file}, nothing was "
                    "recorded: let this user write there, and see that the disk is not full"
                ) from problem
            yield lambda head: self._keep(places, head)

    def _keep(self, places: list[Callable[[str], None]], head: str) -> None:
        for write, line in zip(places, (head, f"{self._mark()} {head}"), strict=True):
            write(f"{line}\n")

    def _mark(self) -> str:
        """What tells this home's heads from another's beside the same key."""
        return hashlib.sha256(str(self.root).encode()).hexdigest()[:16]


@contextmanager
def _reserved(path: Path) -> Iterator[Callable[[str], None]]:
    """A place for one line at the end of a file, with its space on the disk taken; gives what writes the line there."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        end = len(_text(path).encode())
        os.posix_fallocate(descriptor, end, RESERVED)

        def write(line: str) -> None:
            nonlocal end
            end += os.pwrite(descriptor, line.encode(), end)

        try:
            yield write
        finally:
            os.ftruncate(descriptor, end)
    finally:
        os.close(descriptor)


def _text(path: Path) -> str:
    """What a file of heads holds, without space that a killed process had taken."""
    return path.read_text(encoding="utf-8").rstrip("\0") if path.exists() else ""
