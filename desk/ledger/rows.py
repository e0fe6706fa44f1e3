"""How projections become rows of plain values and back, digit for digit."""

import dataclasses
from collections.abc import Mapping, Sequence
from decimal import Decimal
from operator import attrgetter
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter

from desk.contracts.netting import MONEY

Value = str | int | None
Row = tuple[Value, ...]
Kind = TypeVar("Kind")


def plain(value: object) -> Value:
    """Return a value as SQLite keeps it; equal decimals become equal text."""
    if value is None:
        return None
    if isinstance(value, Decimal):
        return f"{value.normalize(MONEY):f}" if value else "0"
    if isinstance(value, int):
        return int(value)
    if isinstance(value, str):
        return str(value)
    message = f"a row holds text, whole numbers and decimals, not {type(value).__name__}"
    raise TypeError(message)


class RowCodec(Generic[Kind]):
    """Map a flat dataclass to a row, one column per field; `nested` fields are kept as JSON."""

    def __init__(self, kind: type[Kind], nested: Mapping[str, type] | None = None) -> None:
        self.columns = tuple(field.name for field in dataclasses.fields(kind))  # type: ignore[arg-type]
        self._nested = {
            self.columns.index(name): TypeAdapter[Any](inner) for name, inner in (nested or {}).items()
        }
        self._read = attrgetter(*self.columns)
        self._adapter = TypeAdapter(kind)

    def encode(self, item: Kind) -> Row:
        """Return the row of `item`."""
        values = list(self._read(item))
        for index, adapter in self._nested.items():
            values[index] = adapter.dump_json(values[index]).decode()
        return tuple(plain(value) for value in values)

    def decode(self, row: Sequence[Any]) -> Kind:
        """Return the item of `row`."""
        values = list(row)
        for index, adapter in self._nested.items():
            values[index] = adapter.validate_json(values[index])
        return self._adapter.validate_python(dict(zip(self.columns, values, strict=True)))
