"""The `desk` command: how it begins, and which exit code an end has."""

import gc
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from desk.cli.output import ExitCode, complain
from desk.contracts.ports.client import DeskUnreachable
from desk.contracts.problems import DeskError, InputRefused, RefusedByState

if TYPE_CHECKING:
    from cyclopts import CycloptsError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code. Bad input is one line on stderr, never a traceback.

    Nothing is collected while it starts: what a start makes stays, and looking for waste takes a fifth of it.
    """
    gc.disable()
    try:
        return _ran(sys.argv[1:] if arguments is None else arguments)
    finally:
        gc.enable()


def _ran(arguments: Sequence[str]) -> int:
    from cyclopts import CycloptsError

    from desk.cli.app import app

    try:
        code = app(list(arguments), exit_on_error=False, print_error=False)
    except BrokenPipeError:
        # Whoever read the answer has read enough; Python would complain again when it flushes at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.DONE
    except (CycloptsError, DeskError, OSError) as error:
        told, failure = _failure(error)
        complain(told)
        return failure
    return ExitCode.DONE if code is None else int(code)


def _failure(error: "CycloptsError | DeskError | OSError") -> tuple[str, ExitCode]:
    """Say an error in one line, and with which code the command ends."""
    match error:
        case InputRefused():
            return str(error), ExitCode.INVALID
        case RefusedByState() | DeskUnreachable():
            return f"desk: {error}", ExitCode.REFUSED
        case OSError():
            # A full disk, a folder that may not be written: the machine refuses, the code has no fault.
            where = "" if error.filename is None else f"{error.filename}: "
            told = f"desk: {where}{error.strerror or error}; free the disk, or mend its permissions"
            return told, ExitCode.FAILED
        case DeskError():
            return f"desk: {error}", ExitCode.FAILED
        case _:
            return f"desk: {' '.join(str(error).split())} See `desk --help`.", ExitCode.INVALID


if __name__ == "__main__":
    sys.exit(main())
