"""The net position per perpetual, which moves the balance; trades are shares of it, kept beside it.

A venue nets all fills of a symbol, the trades' and foreign ones, and pays out the profit of the net. A trade
counts its own profit from its own fills. Both add up to the same once all is closed, and differ in between
where trades opened at different prices: so the balance follows the net, and a trade's profit is never posted.
"""

from bisect import bisect_right, insort
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from types import MappingProxyType

from desk.contracts.market import ZERO
from desk.contracts.netting import FLAT, MONEY, NetPosition, fill_order, fold
from desk.contracts.records import FillBooked
from desk.contracts.sides import OrderSide
from desk.ledger.rows import Row, RowCodec

WINDOW = 1024
"""Fills of a symbol that can still be sorted between each other; older ones are one sum."""

Step = tuple[tuple[int, int, str], OrderSide, Decimal, Decimal]


@dataclass(frozen=True, slots=True)
class NetRow:
    """Hold the net position of a symbol now, and where its window of recent fills began."""

    symbol: str
    size_base: Decimal = ZERO
    cost_quote: Decimal = ZERO
    base_size_base: Decimal = ZERO
    base_cost_quote: Decimal = ZERO
    base_time_ms: int = -1
    base_trade_id: str = ""


NET_ROWS = RowCodec(NetRow)


class _Net:
    """Fold one symbol's fills, sorted, from a base that is no longer resorted."""

    def __init__(self, row: NetRow) -> None:
        self.row = row
        self.base = NetPosition(row.base_size_base, row.base_cost_quote) if row.base_size_base else FLAT
        self.now = self.base
        self.realized_quote = ZERO
        self.steps: list[Step] = []

    def add(self, step: Step) -> Decimal:
        """Take one fill in; return by how much all profit realized so far changed, in quote."""
        before = self.realized_quote
        if step[0] <= fill_order(self.row.base_time_ms, self.row.base_trade_id):
            self.base, early = fold(self.base, *step[1:])
            self._refold()
            return MONEY.add(early, MONEY.subtract(self.realized_quote, before))
        if not self.steps or step[0] > self.steps[-1][0]:
            self.steps.append(step)
            self._fold(step)
        else:
            insort(self.steps, step)
            self._refold()
        return MONEY.subtract(self.realized_quote, before)

    def _refold(self) -> None:
        self.now, self.realized_quote = self.base, ZERO
        for step in self.steps:
            self._fold(step)

    def _fold(self, step: Step) -> None:
        self.now, realized = fold(self.now, *step[1:])
        self.realized_quote = MONEY.add(self.realized_quote, realized)

    def compact(self) -> None:
        """Turn the older half of a full window into one sum."""
        if len(self.steps) < WINDOW:
            return
        half = WINDOW // 2
        for step in self.steps[:half]:
            self.base, _ = fold(self.base, *step[1:])
        time_ms, _, trade_id = self.steps[half - 1][0]
        self.row = replace(self.row, base_time_ms=time_ms, base_trade_id=trade_id)
        del self.steps[:half]
        self._refold()


class NetBook:
    """Hold the net position of every perpetual."""

    def __init__(self) -> None:
        self._nets: dict[str, _Net] = {}
        self._held: Mapping[str, NetPosition] | None = None

    def book(self, booked: FillBooked) -> Decimal:
        """Take a fill in; return the change of the profit that the venue paid out, in quote."""
        self._held = None
        net = self._nets.setdefault(booked.fill.symbol, _Net(NetRow(booked.fill.symbol)))
        change = net.add(_step(booked))
        net.compact()
        return change

    def net(self, symbol: str) -> NetPosition:
        """Return the net position of one symbol."""
        net = self._nets.get(symbol)
        return FLAT if net is None else net.now

    def nets(self) -> Mapping[str, NetPosition]:
        """Return every net position that is not flat, by symbol in alphabetical order."""
        if self._held is None:
            held = {symbol: net.now for symbol, net in sorted(self._nets.items()) if net.now.size_base}
            self._held = MappingProxyType(held)
        return self._held

    def row(self, symbol: str) -> Row:
        """Return the row of one symbol."""
        net = self._nets[symbol]
        row = replace(
            net.row,
            size_base=net.now.size_base,
            cost_quote=net.now.cost_quote,
            base_size_base=net.base.size_base,
            base_cost_quote=net.base.cost_quote,
        )
        return NET_ROWS.encode(row)

    def restore(self, row: Row, fills: list[FillBooked]) -> None:
        """Take a symbol's row back, and those of its fills that lie after its base, in any order."""
        net = _Net(NET_ROWS.decode(row))
        base = fill_order(net.row.base_time_ms, net.row.base_trade_id)
        steps = sorted(_step(booked) for booked in fills)
        for step in steps[bisect_right(steps, base, key=lambda step: step[0]) :]:
            net.add(step)
        self._held = None
        self._nets[net.row.symbol] = net


def _step(booked: FillBooked) -> Step:
    fill = booked.fill
    return (fill_order(fill.time_ms, fill.venue_trade_id), fill.side, fill.size_base, fill.price)
