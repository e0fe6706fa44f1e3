"""A file of lines that sets itself aside when it is large; mode 0600, and no trouble stops the writer."""

import os
from contextlib import suppress
from pathlib import Path

_FLAGS = os.O_CREAT | os.O_WRONLY | os.O_APPEND
_OWNER_ONLY = 0o600


class RotatingFile:
    """Append lines to `path`; at `size_bytes` it becomes `path`.1, that one `path`.2, and so on.

    At most `kept` are set aside, the oldest goes. A line that cannot be written is lost, counted in
    `lost_lines`; a file that cannot be set aside or opened anew goes on as it is.
    """

    def __init__(self, path: Path, size_bytes: int, kept: int) -> None:
        self._path = path
        self._size_bytes = size_bytes
        self._kept = kept
        self._file = os.open(path, _FLAGS, _OWNER_ONLY)
        self._is_torn = False
        self.lost_lines = 0

    def write(self, line: str) -> None:
        """Append one line without its end."""
        text = f"{line}\n".encode()
        if self._is_torn:
            text = b"\n" + text  # what a full disk cut off stays a line of its own
        try:
            self._make_room(len(text))
            written = self._put(text)
        except OSError:
            written = 0
        if written < len(text):
            self.lost_lines += 1
        self._is_torn = written < len(text) and (self._is_torn or written > 0)

    def reopen(self) -> None:
        """Open `path` anew, where it was moved or deleted by someone else."""
        with suppress(OSError):
            self._take(os.open(self._path, _FLAGS, _OWNER_ONLY))

    def close(self) -> None:
        """Let the file go."""
        with suppress(OSError):
            os.close(self._file)

    def _put(self, text: bytes) -> int:
        return os.write(self._file, text)

    def _make_room(self, more_bytes: int) -> None:
        size_bytes = os.fstat(self._file).st_size
        if not size_bytes or size_bytes + more_bytes <= self._size_bytes:
            return
        with suppress(OSError):
            self._set_aside()
        self.reopen()

    def _set_aside(self) -> None:
        aside = [self._path.with_name(f"{self._path.name}.{number}") for number in range(1, self._kept + 1)]
        for older, newer in zip(reversed(aside), [*reversed(aside[:-1]), self._path], strict=True):
            with suppress(FileNotFoundError):
                newer.replace(older)

    def _take(self, file: int) -> None:
        previous, self._file = self._file, file
        os.close(previous)
