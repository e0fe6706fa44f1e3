"""Whatever the price and the venue do: no stop loosens, no limit is passed, no level acts twice."""

import dataclasses
from collections.abc import Iterable
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from desk.contracts.directives import DirectiveScope, StrategyDirective
from desk.contracts.positions import Position
from desk.contracts.sides import PositionSide
from desk.testing.bench import Bench
from desk.testing.building import SPOT, bars, instrument, position
from desk.workers.base import Worker
from desk.workers.dynamic_management.breakeven_mover import BreakevenMover
from desk.workers.dynamic_management.partial_profit_taker import PartialProfitTaker
from desk.workers.dynamic_management.scale_in_manager import ScaleInManager
from desk.workers.dynamic_management.trailing_stop_manager import TrailingStopManager

TRADE = position().trade_id
ENTRY = Decimal(100_000)
MINUTE_MS = 60_000
ANSWERS = st.sampled_from(["grant", "refuse", "stop only", "in part", "late"])
MOVES = st.lists(st.tuples(st.integers(-1500, 1500), ANSWERS, st.booleans()), max_size=40)
SIDES = st.sampled_from(PositionSide)
SHARES = st.lists(st.integers(1, 33), min_size=1, max_size=3)
KINDS: list[tuple[type[Worker], dict[str, object]]] = [
    (BreakevenMover, {}),
    (PartialProfitTaker, {"targets": [{"at": "0.5", "share": "0.25"}, {"at": "1", "share": "0.5"}]}),
    (ScaleInManager, {"max_position_quote": "500000", "max_open_risk_quote": "3000"}),
    (ScaleInManager, {"max_position_quote": "90000", "max_open_risk_quote": "99999", "stop_distance": "3",
                      "require_breakeven": False, "max_adds": 9}),
    (TrailingStopManager, {"mode": "atr", "atr_bars": 3, "atr_multiple": "0.5",
                           "trigger_threshold": "0.005"}),
    (TrailingStopManager, {"mode": "structure", "swing_bars": 1, "swing_buffer": "0",
                           "trigger_threshold": "0.005"}),
]  # fmt: skip
MIRRORED = [one for one in KINDS if "max_adds" not in one[1]]
"""What does not depend on how much a base is worth."""


class Market:
    """Play a worker against a venue of whims; every move is an offset from the entry, towards the gain."""

    def __init__(self, kind: type[Worker], parameters: dict[str, object], side: PositionSide) -> None:
        given = {"cooldown_s": 0} | parameters
        if parameters.get("mode"):
            given |= {"symbol": SPOT, "interval_ms": MINUTE_MS}
        self.bench = Bench(kind, given)
        self.side = side
        self.offset = 0
        self.bars = 0
        self.late = list[StrategyDirective]()
        self.directives = list[StrategyDirective]()
        self.bench.desk.hold(position(side))

    @property
    def trade(self) -> Position:
        return self.bench.desk.trades[TRADE]

    @property
    def price(self) -> Decimal:
        return ENTRY + self.side.sign * self.offset

    def move(self, change: int, answer: str, *, restarts: bool) -> list[StrategyDirective]:
        """Let the price change, the worker decide, and the venue answer."""
        self.offset = max(min(self.offset + change, 60_000), -60_000)
        self.bars += 1
        (bar,) = bars([self.price], half_range=str(100 + abs(change)), first=self.bars)
        if "on_bar" in self.bench.worker.manifest.handlers.values():
            assert self.bench.bar(bar) == []
        asked = [_directive(one) for one in self.bench.tick(self.price)]
        self.directives += asked
        for directive in self.late:
            self.carry_out(directive, "grant")
        self.late.clear()
        self.bench.desk.in_flight.clear()
        if answer == "late" and asked:
            self.late = asked
            self.bench.desk.in_flight.add(TRADE)
        else:
            for directive in asked:
                self.carry_out(directive, answer)
        if restarts:
            self.bench.restart()
        return asked

    def carry_out(self, directive: StrategyDirective, answer: str) -> None:
        held = self.trade
        if answer == "refuse" or not held.is_open:
            return
        leave, size = directive.exit_directive, directive.size_directive
        if leave is not None and leave.stop_loss_price is not None:
            held = dataclasses.replace(held, stop_price=leave.stop_loss_price)
        if answer != "stop only" and size is not None and size.target_size_base is not None:
            held = self.filled(held, size.target_size_base, in_part=answer == "in part")
        if directive.scope is DirectiveScope.CLOSE_EXISTING:
            held = dataclasses.replace(held, size_base=Decimal(0))
        self.bench.desk.hold(held)

    def filled(self, held: Position, target: Decimal, *, in_part: bool) -> Position:
        change = target - held.size_base
        if in_part:
            change = (change / 2).quantize(Decimal("0.0001"))
        size, entry = held.size_base + change, held.entry_price
        if change > 0:
            entry = (entry * held.size_base + self.price * change) / size
        most = max(held.max_size_base, size)
        return dataclasses.replace(held, size_base=size, max_size_base=most, entry_price=entry)


def _directive(payload: object) -> StrategyDirective:
    assert isinstance(payload, StrategyDirective)
    return payload


def stops(directives: Iterable[StrategyDirective]) -> list[Decimal]:
    """Return the stops asked for."""
    leaves = (one.exit_directive for one in directives if one.exit_directive is not None)
    return [one.stop_loss_price for one in leaves if one.stop_loss_price is not None]


@given(kind=st.sampled_from(KINDS), side=SIDES, moves=MOVES)
def test_a_stop_never_loosens_and_never_crosses_the_price(
    kind: tuple[type[Worker], dict[str, object]], side: PositionSide, moves: list[tuple[int, str, bool]]
) -> None:
    market = Market(*kind, side)
    for change, answer, restarts in moves:
        confirmed = market.trade.stop_price
        assert confirmed is not None
        for stop in stops(market.move(change, answer, restarts=restarts)):
            assert (stop - confirmed) * side.sign > 0
            assert (market.price - stop) * side.sign > Decimal("0.1")
            assert stop % Decimal("0.1") == 0
        if not market.trade.is_open:
            return


@given(kind=st.sampled_from(MIRRORED), moves=MOVES)
def test_a_short_mirrors_a_long(
    kind: tuple[type[Worker], dict[str, object]], moves: list[tuple[int, str, bool]]
) -> None:
    """On prices reflected at the entry a short does what a long does, but for what is a proportion."""
    markets = Market(*kind, PositionSide.LONG), Market(*kind, PositionSide.SHORT)
    for change, answer, restarts in moves:
        long, short = (one.move(change, answer, restarts=restarts) for one in markets)
        assert [one.scope for one in long] == [one.scope for one in short]
        assert [one.size_directive for one in long] == [one.size_directive for one in short]
        for one, other in zip(stops(long), stops(short), strict=True):
            # Breakeven with fees is a proportion: a long pays a little more for them than its mirror.
            assert abs((one - ENTRY) + (other - ENTRY)) < 1
        if not markets[0].trade.is_open:
            return


@given(side=SIDES, shares=SHARES, moves=MOVES)
def test_a_target_acts_once_and_never_sells_beyond_its_share(
    side: PositionSide, shares: list[int], moves: list[tuple[int, str, bool]]
) -> None:
    targets = [
        {"at": str(number), "share": str(Decimal(share) / 100)}
        for number, share in enumerate(shares, start=1)
    ]
    market = Market(PartialProfitTaker, {"targets": targets}, side)
    original = market.trade.size_base
    for change, answer, restarts in moves:
        held = market.trade.size_base
        for directive in market.move(change, answer, restarts=restarts):
            if directive.size_directive is None:
                continue
            kept = directive.size_directive.target_size_base
            assert kept is not None
            assert kept < held, "a target that is done asks for nothing"
            reached = sum(market.offset >= 2000 * int(one["at"]) for one in targets)
            sold = sum((Decimal(one["share"]) for one in targets[:reached]), Decimal(0))
            assert kept == instrument().floor_size(original * (1 - sold))


@given(
    side=SIDES, moves=MOVES, adds=st.integers(1, 4), risk=st.integers(100, 3000), worth=st.integers(50, 300)
)
def test_a_pyramid_stays_within_its_limits(
    side: PositionSide, moves: list[tuple[int, str, bool]], adds: int, risk: int, worth: int
) -> None:
    limits = {"max_position_quote": str(worth * 1000), "max_open_risk_quote": str(risk), "max_adds": adds}
    market = Market(ScaleInManager, limits, side)
    grown, last = 0, ENTRY
    for change, answer, restarts in moves:
        before = market.trade
        for directive in market.move(change, answer, restarts=restarts):
            assert directive.size_directive is not None
            target = directive.size_directive.target_size_base
            assert target is not None
            (stop,) = stops([directive]) or [before.stop_price or ENTRY]
            added = target - before.size_base
            assert target * market.price <= worth * 1000
            assert added * (market.price - stop) * side.sign <= risk
            assert (before.entry_price - stop) * side.sign <= 0, "what is held loses nothing"
            assert (market.price - last) * side.sign >= Decimal("1999.9"), "a step over the last addition"
        if market.trade.size_base > before.size_base:
            grown += 1
            last = market.price if answer != "late" else last
            assert grown <= adds
