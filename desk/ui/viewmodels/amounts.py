"""Numbers as an operator types them: amounts, prices, distances in percent and multiples of the risk."""

import re
from dataclasses import dataclass
from decimal import Decimal

from desk.contracts.market import ZERO, Instrument
from desk.contracts.sides import PositionSide
from desk.ui.viewmodels.numbers import number, places_of
from desk.ui.viewmodels.text import clean, shorten

LONGEST = 40
"""Characters a field takes: what is longer is no number, or not meant for it."""

_LARGEST = Decimal(10**15)
_SHOWN = 16
_TYPED = re.compile(
    r"(?P<sign>[+-]?) *(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.?\d*|\.\d+) *(?P<unit>%|[Rr]?)", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Fault:
    """Say what to write instead of what was typed."""

    text: str


@dataclass(frozen=True, slots=True)
class Typed:
    """Hold what was typed: a number, its unit (nothing, % or R), and whether a sign stood before it."""

    value: Decimal
    unit: str
    is_signed: bool


@dataclass(frozen=True, slots=True)
class Yardstick:
    """Say what a typed price is measured by: percents from `reference`, R from `entry`; all in quote.

    `risk` is one R per unit of base. What is None cannot be measured by.
    """

    side: PositionSide
    reference: Decimal | None
    instrument: Instrument | None = None
    entry: Decimal | None = None
    risk: Decimal | None = None

    def written(self, price: Decimal) -> str:
        """Write a price in the instrument's precision."""
        return number(price, None if self.instrument is None else places_of(self.instrument.price_step))


def read_typed(text: str) -> Typed | Fault:
    """Read a number with an optional sign and unit; commas group thousands and nothing else."""
    shown = clean(text).strip()
    found = _TYPED.fullmatch(shown)
    if found is None:
        return Fault(_remedy(shown))
    value = Decimal(found["number"].replace(",", ""))
    if not value < _LARGEST:
        return Fault("too large: write an amount below 1,000,000,000,000,000")
    signed = -value if found["sign"] == "-" else value
    return Typed(signed, found["unit"].upper(), bool(found["sign"]))


def _remedy(shown: str) -> str:
    if "," in shown:
        return f"{_quoted(shown)} is no number: a comma groups thousands, write 1,234.5"
    return f"{_quoted(shown)} is no number: write one such as 1234.5"


def _quoted(shown: str) -> str:
    return f"'{shorten(shown, _SHOWN, ascii_only=True)}'"


def read_amount(text: str, unit: str) -> Decimal | Fault:
    """Read an amount above zero of `unit`, such as USDT."""
    typed = read_typed(text)
    if isinstance(typed, Fault):
        return typed
    if typed.unit:
        return Fault(f"write an amount in {unit}, without {typed.unit}")
    return typed.value if typed.value > 0 else Fault(f"write more than 0 {unit}")


def read_share(text: str, unit: str, whole: Decimal | None) -> Decimal | Fault:
    """Read an amount above zero, or a percentage of `whole`; None where that is not known."""
    typed = read_typed(text)
    if isinstance(typed, Fault) or typed.unit != "%":
        return read_amount(text, unit)
    if whole is None or not whole > 0:
        return Fault(f"the equity in {unit} is not known: write an amount in {unit}")
    if not typed.value > 0:
        return Fault("write more than 0%")
    return (whole * typed.value / 100).quantize(Decimal("0.01"))


def read_stop(text: str, yardstick: Yardstick) -> Decimal | Fault:
    """Read a stop: a price, a distance such as 1.5% or -1.5%, or a result such as 0R (break even).

    A percentage without a sign is a loss; rounded away from the market, as the venue will have it.
    """
    wanted = _price(text, yardstick, unsigned_is=-yardstick.side.sign)
    if isinstance(wanted, Fault) or yardstick.instrument is None:
        return wanted
    return _priced(yardstick.instrument.stop_price(yardstick.side, wanted))


def read_target(text: str, yardstick: Yardstick) -> Decimal | Fault:
    """Read a target: a price, a distance such as 3% or +3%, or a result such as 2R.

    A percentage without a sign is a gain; rounded away from the entry.
    """
    wanted = _price(text, yardstick, unsigned_is=yardstick.side.sign)
    if isinstance(wanted, Fault) or yardstick.instrument is None:
        return wanted
    instrument = yardstick.instrument
    is_long = yardstick.side is PositionSide.LONG
    return _priced(instrument.ceil_price(wanted) if is_long else instrument.floor_price(wanted))


def read_price(text: str, instrument: Instrument | None, reference: Decimal | None = None) -> Decimal | Fault:
    """Read a price, or a signed distance from `reference` such as +2%; rounded down to the step."""
    wanted = _price(text, Yardstick(PositionSide.LONG, reference, instrument), unsigned_is=0)
    if isinstance(wanted, Fault) or instrument is None:
        return wanted
    return _priced(instrument.floor_price(wanted))


def _price(text: str, yardstick: Yardstick, *, unsigned_is: int) -> Decimal | Fault:
    """Return the price meant, not yet rounded; `unsigned_is` 0 asks for a sign before a percentage."""
    typed = read_typed(text)
    if isinstance(typed, Fault):
        return typed
    match typed.unit:
        case "":
            return _priced(typed.value)
        case "%":
            return _percent_away(typed, yardstick, unsigned_is)
        case _:
            return _multiple_away(typed, yardstick)


def _percent_away(typed: Typed, yardstick: Yardstick, unsigned_is: int) -> Decimal | Fault:
    if yardstick.reference is None:
        return Fault("there is no price to measure from yet: write a price")
    if not typed.is_signed and not unsigned_is:
        return Fault(f"above or below? write +{number(typed.value)}% or -{number(typed.value)}%")
    direction = 1 if typed.is_signed else unsigned_is
    return _priced(yardstick.reference * (1 + direction * typed.value / 100))


def _multiple_away(typed: Typed, yardstick: Yardstick) -> Decimal | Fault:
    if yardstick.entry is None or yardstick.risk is None or not yardstick.risk > 0:
        return Fault("R is the distance from entry to stop, which is not known: write a price or 1.5%")
    return _priced(yardstick.entry + yardstick.side.sign * typed.value * yardstick.risk)


def _priced(price: Decimal) -> Decimal | Fault:
    return price if price > ZERO else Fault("that is no price: write one above 0")
