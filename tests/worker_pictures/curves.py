"""From a recording and its candles to lines and marks over time; times in hours of the picture."""

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from desk.contracts.blocks import EntryBlock
from desk.contracts.records import FillBooked
from desk.contracts.sides import OrderSide
from tests.worker_pictures.recording import Recording

Point = tuple[float, float] | tuple[float, None]
"""Hours since the window began, and a value; None breaks a line."""

_HOUR_MS = 3_600_000
_MOST_POINTS = 600


@dataclass(frozen=True, slots=True)
class Window:
    """Bound a picture in time."""

    begin_ms: int
    end_ms: int

    def holds(self, time_ms: int) -> bool:
        """Tell whether an instant is shown."""
        return self.begin_ms <= time_ms <= self.end_ms

    def hours(self, time_ms: int) -> float:
        """Return an instant as hours since the beginning, held within the picture."""
        return (min(max(time_ms, self.begin_ms), self.end_ms) - self.begin_ms) / _HOUR_MS


def closes(path: Path, window: Window) -> list[tuple[int, Decimal]]:
    """Return time and close of the candles in a window, thinned to what a picture can show."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = [
            (int(row["time_ms"]), Decimal(row["close"]))
            for row in csv.DictReader(file)
            if window.holds(int(row["time_ms"]))
        ]
    step = max(1, len(rows) // _MOST_POINTS)
    return rows[::step]


def price_line(rows: Sequence[tuple[int, Decimal]], window: Window) -> list[Point]:
    """Return prices as a line."""
    return [(window.hours(time_ms), float(price)) for time_ms, price in rows]


def stop_line(recording: Recording, window: Window, symbol: str) -> list[Point]:
    """Return the stops of every trade of a symbol as steps, broken where no trade is open."""
    points: list[Point] = []
    for trade_id, ended_ms in _ends(recording, symbol).items():
        moves = [one for one in recording.stops if one.trade_id == trade_id and one.time_ms <= ended_ms]
        if not moves:
            continue
        until = [*(one.time_ms for one in moves[1:]), ended_ms]
        for move, until_ms in zip(moves, until, strict=True):
            if window.holds(until_ms) or window.holds(move.time_ms):
                price = float(move.price)
                points += [(window.hours(move.time_ms), price), (window.hours(until_ms), price)]
        if points and points[-1][1] is not None:
            points.append((points[-1][0], None))
    return points


def _ends(recording: Recording, symbol: str) -> dict[str, int]:
    """Return the time of the last fill of each trade of a symbol."""
    last: dict[str, int] = {}
    for booked in recording.fills:
        if booked.trade_id is not None and booked.fill.symbol == symbol:
            last[booked.trade_id] = booked.fill.time_ms
    return last


def fill_marks(
    recording: Recording, window: Window, symbol: str, wanted: Callable[[FillBooked], bool]
) -> list[Point]:
    """Return the fills wanted as points."""
    return [
        (window.hours(one.fill.time_ms), float(one.fill.price))
        for one in recording.fills
        if one.fill.symbol == symbol and window.holds(one.fill.time_ms) and wanted(one)
    ]


def is_buy(booked: FillBooked) -> bool:
    """Tell whether a fill bought."""
    return booked.fill.side is OrderSide.BUY


def is_sale(booked: FillBooked) -> bool:
    """Tell whether a fill sold."""
    return booked.fill.side is OrderSide.SELL


def held_line(recording: Recording, window: Window, symbol: str, sign: int = 1) -> list[Point]:
    """Return what is held of a symbol in base, times `sign`, as steps."""
    held, points = Decimal(0), [(0.0, 0.0)]
    for booked in recording.fills:
        if booked.fill.symbol != symbol or booked.fill.time_ms > window.end_ms:
            continue
        hours = max(0.0, window.hours(booked.fill.time_ms))
        points.append((hours, float(sign * held)))
        held += booked.fill.size_base if is_buy(booked) else -booked.fill.size_base
        points.append((hours, float(sign * held)))
    points.append((window.hours(window.end_ms), float(sign * held)))
    return list(points)


def equity_line(
    recording: Recording, window: Window, opening: Decimal, rows: Sequence[tuple[int, Decimal]], symbol: str
) -> list[Point]:
    """Return opening balance, cash flows of the fills and worth of what is held, price by price."""
    fills = [one for one in recording.fills if one.fill.symbol == symbol]
    cash, held, at, points = opening, Decimal(0), 0, list[Point]()
    for time_ms, price in rows:
        while at < len(fills) and fills[at].fill.time_ms <= time_ms:
            fill = fills[at].fill
            signed = fill.size_base if fill.side is OrderSide.BUY else -fill.size_base
            cash, held, at = cash - signed * fill.price - fill.fee, held + signed, at + 1
        points.append((window.hours(time_ms), float(cash + held * price)))
    return points


def block_line(recording: Recording, window: Window, worker: str, level: float) -> list[Point]:
    """Return the spans in which a worker blocked new risk as pieces of a level line."""
    points: list[Point] = []
    since: float | None = None
    for one in recording.blocks:
        at_ms = one.blocked_at_ms if isinstance(one, EntryBlock) else one.released_at_ms
        if one.worker != worker or not window.holds(at_ms):
            continue
        if isinstance(one, EntryBlock):
            since = window.hours(at_ms) if since is None else since
        elif since is not None:
            points += [(since, level), (window.hours(at_ms), level), (window.hours(at_ms), None)]
            since = None
    if since is not None:
        points += [(since, level), (window.hours(window.end_ms), level)]
    return points


def average_cost_line(recording: Recording, window: Window, symbol: str) -> list[Point]:
    """Return what the coins bought so far have cost on average, fees aside."""
    size, cost, points = Decimal(0), Decimal(0), list[Point]()
    for booked in recording.fills:
        if booked.fill.symbol == symbol and is_buy(booked):
            size, cost = size + booked.fill.size_base, cost + booked.fill.size_base * booked.fill.price
            points.append((window.hours(booked.fill.time_ms), float(cost / size)))
    return points


def weight_lines(
    recording: Recording,
    window: Window,
    opening: Decimal,
    prices: Mapping[str, Sequence[tuple[int, Decimal]]],
) -> dict[str, list[Point]]:
    """Return what each symbol is of the whole account, which began with `opening` in cash."""
    held = dict.fromkeys(prices, Decimal(0))
    cash, at = opening, 0
    lines: dict[str, list[Point]] = {symbol: [] for symbol in prices}
    for moment in zip(*prices.values(), strict=False):
        time_ms = moment[0][0]
        while at < len(recording.fills) and recording.fills[at].fill.time_ms <= time_ms:
            fill, at = recording.fills[at].fill, at + 1
            signed = fill.size_base if fill.side is OrderSide.BUY else -fill.size_base
            cash -= signed * fill.price
            held[fill.symbol] += signed
        worth = {symbol: held[symbol] * price for symbol, (_, price) in zip(prices, moment, strict=True)}
        equity = cash + sum(worth.values(), Decimal(0))
        for symbol, line in lines.items():
            line.append((window.hours(time_ms), float(100 * worth[symbol] / equity)))
    return lines
