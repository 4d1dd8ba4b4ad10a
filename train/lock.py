"""One process at a time in a run's folder, by a lock that dies with its process.

Knows file locks; nothing of what the folder holds.
"""

import errno
import fcntl
import os
from pathlib import Path

from core.errors import TandemError

_NONE = (errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOLCK, errno.EINVAL)


class Lock:
    """Held from its making to its release, or to the end of the process.

    Attributes:
        held: False where the file system knows no locks.

    Raises:
        TandemError: when another process holds it; the sentence names that process.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("a+b")
        self.held = True
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._file.seek(0)
            owner = self._file.read(32).decode(errors="replace").strip() or "unknown"
            self._file.close()
            raise TandemError(
                f"Another process (number {owner}) is at work in {path.parent}.",
                "Wait for it, stop it, or choose another output.",
            ) from None
        except OSError as error:
            if error.errno not in _NONE:
                raise
            self.held = False
        self._file.truncate(0)
        self._file.write(str(os.getpid()).encode())
        self._file.flush()

    def release(self) -> None:
        """Let others in; the file stays, for taking it away would let two in."""
        self._file.close()
