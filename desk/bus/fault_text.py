"""What somebody else's error says, as one short line that can be printed, journaled and drawn."""

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import TypeGuard

from pydantic import ValidationError

from desk.contracts.model_faults import model_fault

_LONGEST = 300


def fault_text(error: BaseException, file: str | None = None) -> str:
    """Return kind and message of an error, and where in `file` it arose: `ValueError: bad (quiet.py:12)`.

    An error that cannot say what it is about is told by its kind.
    """
    try:
        text = model_fault(error) if isinstance(error, ValidationError) else str(error)
        message = " ".join(text.split())
    except Exception:  # noqa: BLE001 - the message is somebody else's code
        message = ""
    kept = message.encode("utf-8", "replace").decode()[:_LONGEST]
    text = f"{type(error).__name__}: {kept}" if kept else type(error).__name__
    lines = list(_lines_in(error.__traceback__, file))
    return f"{text} ({Path(file).name}:{lines[-1]})" if file is not None and lines else text


def can_be_told(error: BaseException) -> TypeGuard[Exception]:
    """Tell whether an error may be handed on: it is one that programs catch, and its message can be read."""
    try:
        str(error).encode()
    except Exception:  # noqa: BLE001 - the message is somebody else's code
        return False
    return isinstance(error, Exception)


def _lines_in(traceback: TracebackType | None, file: str | None) -> Iterator[int]:
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename == file:
            yield traceback.tb_lineno
        traceback = traceback.tb_next
