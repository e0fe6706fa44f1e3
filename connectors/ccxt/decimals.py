"""Numbers on their way between the venue's text and ours."""

from decimal import Decimal, InvalidOperation

from desk.contracts.market import ZERO


def number(value: object) -> Decimal | None:
    """Read a number as ccxt hands it on; None where there is none, or it is no finite number."""
    if value is None or isinstance(value, bool) or value == "":
        return None
    try:
        read = Decimal(str(value))
    except InvalidOperation:
        return None
    return read if read.is_finite() else None


def above_zero(value: object) -> Decimal | None:
    """Read a number; None where it is missing or not above zero: venues write `0` for no price."""
    read = number(value)
    return read if read is not None and read > ZERO else None


def plain(value: Decimal) -> str:
    """Write a number as a venue reads it: no exponent, no zeros at its end."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
