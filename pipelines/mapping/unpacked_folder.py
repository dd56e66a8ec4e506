"""A folder for files unpacked from archives, which goes when nothing refers to it, and at the next run if its process was killed."""

import fcntl
import os
import shutil
import tempfile
import weakref
from contextlib import suppress
from pathlib import Path

PREFIX = "fengqiao-unpacked-"


class UnpackedFolder:
    """A folder of this process alone, locked for as long as it is in use."""

    def __init__(self) -> None:
        """Remove what killed processes left, and make the folder."""
        remove_left_behind()
        unready = Path(tempfile.mkdtemp(prefix="fengqiao-new-"))
        self._lock = os.open(unready, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        self.path = unready.rename(unready.with_name(unready.name.replace("fengqiao-new-", PREFIX)))
        weakref.finalize(self, _remove, self.path, self._lock)

    def new_folder(self) -> Path:
        """An empty folder in it."""
        return Path(tempfile.mkdtemp(dir=self.path))


def remove_left_behind() -> None:
    """Remove this user's folders whose process has ended: nobody holds their lock."""
    for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError):  # it is another user's, a link, in use, or just gone
            lock = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
            try:
                if os.fstat(lock).st_uid == os.getuid():
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    shutil.rmtree(path, ignore_errors=True)
            finally:
                os.close(lock)


def _remove(path: Path, lock: int) -> None:
    shutil.rmtree(path, ignore_errors=True)
    os.close(lock)
