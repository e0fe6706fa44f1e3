"""Refusals of a run, counted by worker and kind: the same reason with other numbers is the same kind."""

import re
from collections import Counter
from dataclasses import dataclass

_IDS = re.compile(r"\b[A-Z]{3}_\d{8}_\d{6}_[0-9a-f]{8}\b")
_NUMBERS = re.compile(r"\d[\d.,:]*")


@dataclass(frozen=True, slots=True)
class RefusalCount:
    """Say how often a worker was refused for one kind of reason; `reason` is the text of the first."""

    worker: str
    refused_by: str
    reason: str
    count: int


class RefusalTally:
    """Count refusals, however many: kinds of reasons are few."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str, str]] = Counter()
        self._first: dict[tuple[str, str, str], str] = {}

    def add(self, worker: str, refused_by: str, reason: str) -> None:
        """Count one refusal."""
        key = (worker, refused_by, _NUMBERS.sub("#", _IDS.sub("#", reason)))
        self._counts[key] += 1
        self._first.setdefault(key, reason)

    def all(self) -> tuple[RefusalCount, ...]:
        """Return every kind, by worker, the most frequent first."""
        ordered = sorted(self._counts.items(), key=lambda item: (item[0][0], -item[1], item[0]))
        return tuple(RefusalCount(key[0], key[1], self._first[key], count) for key, count in ordered)
