"""Values as they travel: numbers as plain text, replies in their envelope."""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Final, TypeAlias

from connectors.sandbox.codes import BAD_PARAMETER, VenueRefusal
from connectors.venue.account import tidy
from desk.contracts.market import ZERO
from desk.contracts.netting import MONEY

Json: TypeAlias = "str | int | bool | Sequence[Json] | Mapping[str, Json] | None"
Row = dict[str, Json]

_LONGEST_INTEGER: Final = 16
_MOST_DIGITS: Final = 18
_SHOWN: Final = Decimal("1E-8")


def text_of(amount: Decimal | None) -> str:
    """Write a number without exponent and trailing zeros; nothing is an empty text."""
    return "" if amount is None else f"{tidy(amount):f}"


def shown(amount: Decimal) -> Decimal:
    """Round what a division made to the digits that are shown."""
    return amount.quantize(_SHOWN, context=MONEY)


def decimal_of(name: str, value: object) -> Decimal | None:
    """Read a number that may be absent or empty; raises VenueRefusal."""
    if value is None or value == "":
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise VenueRefusal(BAD_PARAMETER, f"params error: {name} invalid") from None
    is_sane = number.is_finite() and number >= 0 and abs(number.adjusted()) <= _MOST_DIGITS
    if isinstance(value, bool) or not is_sane or len(number.as_tuple().digits) > 2 * _MOST_DIGITS:
        raise VenueRefusal(BAD_PARAMETER, f"params error: {name} invalid")
    return number


def positive_of(name: str, value: object) -> Decimal | None:
    """Read a number above zero; absent, empty and zero are None; raises VenueRefusal."""
    number = decimal_of(name, value)
    return None if number is None or number == ZERO else number


def integer_of(name: str, value: object, otherwise: int) -> int:
    """Read a whole number that may be absent; raises VenueRefusal."""
    if value is None or value == "":
        return otherwise
    text = str(value)
    if isinstance(value, bool) or not text.isascii() or not text.isdigit() or len(text) > _LONGEST_INTEGER:
        raise VenueRefusal(BAD_PARAMETER, f"params error: {name} invalid")
    return int(text)


def is_flat(body: Mapping[str, object]) -> bool:
    """Tell whether a request has plain values alone; a batch has its rows under `request`."""
    return not any(isinstance(value, list | dict) for name, value in body.items() if name != "request")


def envelope(
    code: int, message: str, result: Json, time_ms: int, extra: Mapping[str, Json] | None = None
) -> Row:
    """Wrap a result as every reply is."""
    return {"retCode": code, "retMsg": message, "result": result, "retExtInfo": extra or {}, "time": time_ms}


def encoded(message: object) -> str:
    """Write JSON as the venue does, without spaces."""
    return json.dumps(message, separators=(",", ":"))
