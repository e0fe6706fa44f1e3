"""Where a desk's control socket lies, who may reach it, and how a path too long for a socket is reached."""

import os
import socket
import stat
import struct
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from desk.contracts.ports.client import DeskUnreachable
from desk.contracts.problems import RefusedByState

_OWNER_ONLY_FOLDER = 0o700
_OWNER_ONLY_FILE = 0o600
_LONGEST_PATH_BYTES = 100
"""A socket's address has room for 104 bytes on the tightest system."""

_WAITING_CLIENTS = 64


@dataclass(frozen=True, slots=True)
class SocketPlace:
    """Name the folder of the socket, which is its owner's alone."""

    folder: Path

    @property
    def path(self) -> Path:
        """The socket's file."""
        return self.folder / "desk.sock"

    def listening(self) -> socket.socket:
        """Make the folder and a socket that listens in it; only the desk that holds the lock may ask.

        The socket file of a dead desk is replaced. Raises RefusedByState where something else is there.
        """
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self._make_folder()
            self._clear()
            with _short(self.path) as address:
                listener.bind(address)
            self.path.chmod(_OWNER_ONLY_FILE)
            listener.listen(_WAITING_CLIENTS)
            listener.settimeout(0)
        except OSError as error:
            listener.close()
            message = f"{self.path}: no control socket can be made: {error.strerror or error}; {_REMEDY}"
            raise RefusedByState(message) from error
        except RefusedByState:
            listener.close()
            raise
        return listener

    def connected(self) -> socket.socket:
        """Connect to the desk that listens there; raises DeskUnreachable."""
        caller = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        caller.settimeout(0)
        try:
            with _short(self.path) as address:
                caller.connect(address)
            owner = peer_uid(caller)
        except OSError as error:
            caller.close()
            raise DeskUnreachable(f"{self.path}: {self._why_not(error)}") from error
        if owner != os.geteuid():
            caller.close()
            raise DeskUnreachable(f"{self.path}: the process that listens is another user's (uid {owner})")
        return caller

    def remove(self, identity: tuple[int, int]) -> None:
        """Take the socket's file away, where it is still the one that `identity` names."""
        with suppress(OSError):
            if self.identity() == identity:
                self.path.unlink()

    def identity(self) -> tuple[int, int]:
        """Return device and inode of the socket's file."""
        found = self.path.lstat()
        return found.st_dev, found.st_ino

    def _make_folder(self) -> None:
        self.folder.mkdir(mode=_OWNER_ONLY_FOLDER, parents=True, exist_ok=True)
        found = self.folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
            raise RefusedByState(f"{self.folder} is not a folder of this user; {_REMEDY}")
        self.folder.chmod(_OWNER_ONLY_FOLDER)

    def _clear(self) -> None:
        """Take a dead desk's socket away; what lives, or is no socket, is left alone."""
        if not os.path.lexists(self.path):
            return
        if not stat.S_ISSOCK(self.path.lstat().st_mode):
            raise RefusedByState(f"{self.path} is in the way and no socket; {_REMEDY}")
        with suppress(DeskUnreachable):
            self.connected().close()
            raise RefusedByState(f"something listens at {self.path} already; end it, or {_REMEDY}")
        self.path.unlink()

    def _why_not(self, error: OSError) -> str:
        match error:
            case FileNotFoundError():
                return "no desk runs here: there is no control socket"
            case ConnectionRefusedError():
                if not stat.S_ISSOCK(self.path.lstat().st_mode):
                    return "this is no socket, so no desk can be reached through it"
                return "no desk runs here: the socket was left by one that died"
            case BlockingIOError():
                return "the desk does not answer: others wait already"
            case PermissionError():
                return "the control socket belongs to another user"
            case _:
                return f"no desk can be reached: {error.strerror or error}"


_REMEDY = "move it away, or set control.enabled to false"


def peer_uid(connected: socket.socket) -> int:
    """Return who is at the other end, by the word of the system; raises OSError."""
    if sys.platform == "linux":
        level, option, form = socket.SOL_SOCKET, socket.SO_PEERCRED, "iIi"  # process, user, group
    else:
        level, option, form = 0, 1, "II68x"  # version, user: what macOS and the BSDs call LOCAL_PEERCRED
    credentials = connected.getsockopt(level, option, struct.calcsize(form))
    return int(struct.unpack(form, credentials)[1])


@contextmanager
def _short(path: Path) -> Iterator[str]:
    """Give an address of the socket that fits: through a link in a private folder where its path is long."""
    if len(os.fsencode(path)) <= _LONGEST_PATH_BYTES:
        yield str(path)
        return
    with tempfile.TemporaryDirectory(prefix="desk-") as folder:
        link = Path(folder) / "at"
        link.symlink_to(path.parent.absolute(), target_is_directory=True)
        yield str(link / path.name)
