"""A configuration file as read: its values, and the place each of them came from."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from desk.contracts.problems import Problem

Value = str | int | bool | Decimal | None | list["Value"] | dict[str, "Value"]
KeyPath = tuple[str | int, ...]

_LONGEST_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Place:
    """Point at a line of a file, or at an option or environment variable, which has no line."""

    file: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """Hold what a file says; numbers with a decimal point keep their text as Decimal."""

    file: str
    data: dict[str, Value]
    places: Mapping[KeyPath, Place]

    def place(self, path: KeyPath) -> Place:
        """Return where `path` was written, or where the nearest thing around it was."""
        while path:
            found = self.places.get(path)
            if found is not None:
                return found
            path = path[:-1]
        return self.places.get((), Place(self.file))

    def value(self, path: KeyPath) -> Value:
        """Return the value at `path`, None where there is none."""
        value: Value = self.data
        for step in path:
            if isinstance(value, dict) and isinstance(step, str):
                value = value.get(step)
            elif isinstance(value, list) and isinstance(step, int) and step < len(value):
                value = value[step]
            else:
                return None
        return value

    def problem(self, path: KeyPath, what: str, remedy: str) -> Problem:
        """Build the problem of the value at `path`."""
        place = self.place(path)
        return Problem(place.file, place.line, dotted(path), what, remedy)

    def json(self, path: KeyPath = ()) -> str:
        """Write the value at `path` as JSON, decimals as strings so that no digit is lost."""
        return json.dumps(self.value(path), default=str)


def dotted(path: KeyPath) -> str:
    """Write a path as the operator would: `workers.0.parameters.trail_distance`."""
    return ".".join(
        shown(step) if isinstance(step, str) and not step.isprintable() else str(step) for step in path
    )


def shown(value: object) -> str:
    """Write a value for an error line: short, and never more than one line."""
    match value:
        case bool():
            return "true" if value else "false"
        case None:
            return "nothing"
        case dict():
            return "a mapping"
        case list() | tuple():
            return "a list"
        case str():
            return repr(value if len(value) <= _LONGEST_SHOWN else value[: _LONGEST_SHOWN - 3] + "...")
        case _:
            return str(value)
