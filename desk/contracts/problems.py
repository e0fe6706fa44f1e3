"""Errors of the desk: what is wrong, where, and what to do about it."""

from dataclasses import dataclass


class DeskError(Exception):
    """Base of every error the desk raises on purpose."""


class StoreFailed(DeskError):
    """The journal could not be written: nothing of the transaction is durable."""


class StoreSpooled(StoreFailed):
    """The journal could not be written, but the spool was: durable, and journaled once the journal works."""


class ReadFailed(DeskError):
    """A read from the venue failed: it says nothing about orders or positions."""


class KeyRefused(ReadFailed):
    """The venue did not take the key: asking again with the same one says the same."""


class DuplicateRecord(DeskError):
    """A fact that may exist once exists already: a flow's end, a schedule claim."""


class RefusedByState(DeskError):
    """The desk's state, or another desk, forbids it (exit code 4)."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Point at one fault of the input: where it is, what is wrong, what to write instead."""

    file: str
    line: int | None
    key: str
    what: str
    remedy: str

    def __str__(self) -> str:
        """Write the fault as one line."""
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        key = f" {self.key}:" if self.key else ""
        return f"{place}:{key} {self.what}; {self.remedy}"


class InputRefused(DeskError):
    """The input has faults: nothing was started (exit code 2)."""

    def __init__(self, *problems: Problem) -> None:
        """Collect the faults; each is one line of the message."""
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


class FileFault(DeskError):
    """A text file that a parameter names says something wrong: at `line`, under `key`, and what to write."""

    def __init__(self, line: int | None, key: str, what: str, remedy: str) -> None:
        super().__init__(what)
        self.line = line
        self.key = key
        self.what = what
        self.remedy = remedy
