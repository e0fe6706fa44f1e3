"""The words that arm a live desk without a terminal: a file that is used up by one start."""

import os
import stat
from pathlib import Path

from desk.contracts.problems import RefusedByState

LASTS_MS = 10 * 60_000
"""How old the file may be: one that was forgotten arms nothing."""

_LONGEST = 4096


def taken_token(path: Path, phrase: str, now_ms: int) -> str:
    """Use the file up and return its words.

    Raises RefusedByState where it is missing, another's, readable by others or too old, and OSError where it
    cannot be removed: a token that could arm twice arms nothing.
    """
    how = f"write it within {LASTS_MS // 60_000} minutes of the start: (umask 077; echo '{phrase}' > {path})"
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        raise RefusedByState(f"live trading is not armed: {path}: {error.strerror}; {how}") from None
    try:
        fault = _fault(os.fstat(descriptor), now_ms)
        if fault is not None:
            raise RefusedByState(f"live trading is not armed: {path} {fault}; {how}")
        words = os.read(descriptor, _LONGEST).decode(errors="replace").strip()
    finally:
        os.close(descriptor)
    path.unlink()
    return words


def _fault(status: os.stat_result, now_ms: int) -> str | None:
    if not stat.S_ISREG(status.st_mode):
        return "is no file"
    if status.st_uid != os.getuid():
        return "is another user's"
    if stat.S_IMODE(status.st_mode) & 0o077:
        return "can be read by others"
    age_ms = now_ms - status.st_mtime_ns // 1_000_000
    return None if abs(age_ms) <= LASTS_MS else "is too old"
