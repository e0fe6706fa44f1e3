"""Recorded rows, exact to the digit as they were written, and the rules a row must keep."""

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Final, NamedTuple

from desk.contracts.sides import OrderSide
from desk.feeds import csv_cells
from desk.feeds.csv_cells import CellFault, shown
from desk.feeds.csv_layout import CsvLayout

_SIDES: Final = {"buy": OrderSide.BUY, "sell": OrderSide.SELL}
_PLAIN_CANDLE: Final = re.compile(r"[1-9]\d{11,13}(?:,\d{1,12}(?:\.\d{1,11})?){5}", re.ASCII)
"""Numbers that `csv_cells` would take as they are, cell by cell and at twice the cost."""


class Candle(NamedTuple):
    """A recorded candle: prices in quote, volume as the source counts it."""

    time_ms: int
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal


class Trade(NamedTuple):
    """A recorded trade: price in quote, size in base, the side that took."""

    time_ms: int
    price: Decimal
    size: Decimal
    side: OrderSide


Row = Candle | Trade


def row_parser(layout: CsvLayout) -> Callable[[str], Row]:
    """Return what reads one line of this layout; it raises CellFault."""
    places, width = layout.places, layout.width
    build: Callable[[Sequence[str]], Row] = _candle if layout.is_candles else _trade
    may_be_plain = layout.is_candles and places == tuple(range(width))

    def parse(line: str) -> Row:
        candle = _plain_candle(line) if may_be_plain else None
        if candle is not None:
            return candle
        cells = line.split(",")
        if len(cells) != width:
            what = f"the row has {len(cells)} cells, the header has {width}"
            raise CellFault("", what, "write one cell per column, separated by commas")
        return build([cells[place] for place in places])

    return parse


def _plain_candle(line: str) -> Candle | None:
    """Return the candle of an ordinary row; None where it takes a closer look to read it, or to refuse it."""
    if _PLAIN_CANDLE.fullmatch(line) is None:
        return None
    time_ms, *numbers = line.split(",")
    candle = Candle(int(time_ms), *map(Decimal, numbers))
    low, high = candle.low, candle.high
    is_sound = 0 < low <= candle.open <= high and low <= candle.close <= high
    return candle if is_sound else None


def _candle(cells: Sequence[str]) -> Candle:
    candle = Candle(
        csv_cells.time_ms("time_ms", cells[0]),
        csv_cells.price("open", cells[1]),
        csv_cells.price("high", cells[2]),
        csv_cells.price("low", cells[3]),
        csv_cells.price("close", cells[4]),
        csv_cells.volume("volume", cells[5]),
    )
    if not candle.low <= candle.high:
        what = f"high {candle.high} is below low {candle.low}"
        raise CellFault("high", what, "check whether the two columns changed places")
    for column, price in (("open", candle.open), ("close", candle.close)):
        if not candle.low <= price <= candle.high:
            what = f"{column} {price} lies outside low {candle.low} to high {candle.high}"
            raise CellFault(column, what, "correct the row or remove it")
    return candle


def _trade(cells: Sequence[str]) -> Trade:
    side = _SIDES.get(cells[3].lower())
    if side is None:
        raise CellFault("side", f"{shown(cells[3])} is no side", "write buy or sell: the side that took")
    return Trade(
        csv_cells.time_ms("time_ms", cells[0]),
        csv_cells.price("price", cells[1]),
        csv_cells.size("size", cells[2]),
        side,
    )
