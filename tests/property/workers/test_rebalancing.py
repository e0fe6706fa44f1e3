"""Whatever the book: limits hold, no weight is passed, shorts are the mirror, and buys wait for sells."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from desk.contracts.directives import DirectiveScope, StrategyDirective
from desk.contracts.market import ONE, ZERO, Instrument
from desk.contracts.sides import PositionSide
from desk.testing.bench import Bench
from desk.testing.building import PERPETUAL, START_MS, instrument, position
from desk.workers.scheduled_operations.rebalancing import Asset, Leg, legs_of, lowered, within_room
from desk.workers.scheduled_operations.rebalancing_agent import RebalancingAgent
from desk.workers.scheduled_operations.rebalancing_parameters import RebalancingParameters
from tests.builders.calendar import ValuedDesk, price

EQUITY = Decimal(100_000)
SYMBOLS = [f"{base}/USDT:USDT" for base in ("BTC", "ETH", "SOL", "XRP")]
WEIGHTS = st.integers(-25, 25).map(lambda percent: Decimal(percent) / 100)
PRICES = st.decimals("0.5", "60000", places=2)
HOLDINGS = st.integers(-60_000, 60_000)
ROWS = st.lists(st.tuples(WEIGHTS, PRICES, HOLDINGS), min_size=1, max_size=4)
TURNOVERS = st.decimals("0.01", "3", places=2)


def parameters(turnover: Decimal = Decimal(3), least: str = "0") -> RebalancingParameters:
    given = {"targets": [{"symbol": SYMBOLS[0], "weight": "1"}], "schedule": "daily", "min_trade": least}
    return RebalancingParameters.model_validate({**given, "max_turnover": turnover}, strict=False)


def assets(rows: list[tuple[Decimal, Decimal, int]], sign: int = 1) -> list[Asset]:
    """Build what is held and wanted; a sign of -1 mirrors it."""
    found = []
    for number, (target, at, worth) in enumerate(rows):
        filters = instrument(SYMBOLS[number])
        size = filters.floor_size(abs(worth) / at)
        side = PositionSide.LONG if worth * sign > 0 else PositionSide.SHORT
        trade = replace(position(side, number=number + 1, symbol=SYMBOLS[number]), size_base=size)
        found.append(Asset(target * sign, filters, at, ONE, (trade,) if size else ()))
    return found


def after(one: Asset, legs: tuple[Leg, ...]) -> Decimal:
    """Return what is held of an asset once its legs have filled."""
    held = one.held_base
    for leg in legs:
        if leg.asset is one:
            held += leg.size_base if leg.buys else -leg.size_base
    return held


@given(rows=ROWS, turnover=TURNOVERS)
def test_a_run_never_trades_more_than_its_turnover(
    rows: list[tuple[Decimal, Decimal, int]], turnover: Decimal
) -> None:
    legs = legs_of(assets(rows), EQUITY, parameters(turnover))
    assert sum((leg.worth for leg in legs), ZERO) <= turnover * EQUITY


@given(rows=ROWS, turnover=TURNOVERS)
def test_what_lowers_comes_first_and_no_target_is_passed(
    rows: list[tuple[Decimal, Decimal, int]], turnover: Decimal
) -> None:
    book = assets(rows)
    legs = legs_of(book, EQUITY, parameters(turnover))
    assert [leg.adds for leg in legs] == sorted(leg.adds for leg in legs)
    for one in book:
        wanted = one.target * EQUITY / one.unit
        low, high = sorted((one.held_base, wanted))
        assert low <= after(one, legs) <= high


@given(rows=ROWS, turnover=TURNOVERS)
def test_a_short_book_is_the_mirror(rows: list[tuple[Decimal, Decimal, int]], turnover: Decimal) -> None:
    legs = legs_of(assets(rows), EQUITY, parameters(turnover))
    mirrored = legs_of(assets(rows, -1), EQUITY, parameters(turnover))
    said = [(one.asset.symbol, one.adds, one.size_base, one.buys) for one in legs]
    assert [(one.asset.symbol, one.adds, one.size_base, not one.buys) for one in mirrored] == said


@given(rows=ROWS)
def test_a_run_that_is_done_wants_nothing_more(rows: list[tuple[Decimal, Decimal, int]]) -> None:
    book = assets(rows)
    legs = legs_of(book, EQUITY, parameters(Decimal(20)))
    held = [(one.target, one.price, int(after(one, legs) * one.price)) for one in book]
    assert legs_of(assets(held), EQUITY, parameters(least="10")) == ()


@given(
    rows=ROWS, cash=st.integers(-100, 100_000), gross=st.integers(0, 120_000), planned=st.integers(0, 80_000)
)
def test_what_is_added_fits_plan_target_gross_and_cash(
    rows: list[tuple[Decimal, Decimal, int]], cash: int, gross: int, planned: int
) -> None:
    book = [replace(one, instrument=_spot(one)) for one in assets(rows)]
    limits = parameters()
    wanted = [(one, Decimal(planned)) for one in book]
    legs = within_room(wanted, Decimal(gross), EQUITY, {"USDT": Decimal(cash)}, limits)
    assert sum((leg.worth for leg in legs), ZERO) <= max(limits.max_gross * EQUITY - gross, ZERO)
    cost = ONE + legs[0].asset.instrument.taker_fee + limits.max_slippage if legs else ONE
    assert sum((leg.worth * cost for leg in legs), ZERO) <= max(Decimal(cash), ZERO)
    for leg in legs:
        assert leg.worth <= planned
        assert leg.asset.worth * leg.asset.target >= 0
        assert abs(leg.asset.worth) + leg.worth <= abs(leg.asset.target) * EQUITY


def _spot(one: Asset) -> Instrument:
    return instrument(one.symbol.partition(":")[0])


@given(
    size=st.decimals("0", "3", places=4),
    parts=st.lists(st.decimals("0.01", "1", places=4), min_size=1, max_size=4),
)
def test_what_is_lowered_over_several_trades_is_what_was_asked_but_for_dust(
    size: Decimal, parts: list[Decimal]
) -> None:
    filters = instrument(PERPETUAL)
    trades = tuple(
        replace(position(number=number + 1, symbol=PERPETUAL), size_base=one)
        for number, one in enumerate(parts)
    )
    one = Asset(ZERO, filters, Decimal(50_000), ONE, trades)
    asked = min(size, one.held_base)
    left = {trade.trade_id: trade.size_base for trade in trades} | dict(
        lowered(Leg(one, adds=False, sign=1, size_base=asked))
    )
    gone = one.held_base - sum(left.values(), ZERO)
    assert asked <= gone < asked + filters.min_size_base
    assert all(value == 0 or not filters.is_dust(value, one.price) for value in left.values())


EVENTS = st.lists(
    st.one_of(
        st.tuples(st.just("fire"), st.integers(0, 4)),
        st.tuples(st.just("price"), st.integers(30_000, 80_000)),
        st.tuples(st.just("end"), st.sampled_from(["filled", "refused"])),
        st.tuples(st.just("restart"), st.booleans()),
        st.tuples(st.just("pass"), st.integers(1_000, 700_000)),
    ),
    max_size=40,
)


class Venue:
    """Fill or refuse what an agent asks, when the test says so; and hold it to its word."""

    def __init__(self) -> None:
        targets = [{"symbol": SYMBOLS[0], "weight": "0.5"}, {"symbol": SYMBOLS[1], "weight": "-0.5"}]
        self.bench = Bench(
            RebalancingAgent,
            {"targets": targets, "schedule": "daily", "max_price_age_s": "100000"},
            desk=ValuedDesk(),
            symbols=SYMBOLS,
        )
        self.asked: list[StrategyDirective] = []
        self.claimed: list[str] = []
        self.numbers = 0
        price(self.bench, "50000", SYMBOLS[0])
        price(self.bench, "2500", SYMBOLS[1])

    def take(self, payloads: list[object]) -> None:
        desk = self.bench.desk
        directives = [one for one in payloads if isinstance(one, StrategyDirective)]
        for one in payloads:
            key = self._key(one)
            if key is not None:
                self.claimed.append(key)
                desk.claims.add(key)
        lowering = [one for one in directives if self.lowers(one)]
        is_selling = any(self.lowers(one) for one in self.asked)
        assert not (lowering and len(lowering) < len(directives)), "what adds is issued on its own"
        assert not (is_selling and len(directives) > len(lowering)), "what adds waits for what lowers"
        for one in directives:
            desk.in_flight.update(one.target_trade_ids)
            if one.entry_directive is not None and one.entry_directive.symbol is not None:
                desk.pending_entries.add((one.strategy_id, one.entry_directive.symbol))
        self.asked += directives

    def _key(self, one: object) -> str | None:
        if isinstance(one, StrategyDirective):
            return None if one.claim is None else one.claim.key
        return f"{one.worker}|{one.symbol}|{one.schedule_name}|{one.period_start_ms}"  # type: ignore[attr-defined]

    def lowers(self, one: StrategyDirective) -> bool:
        if one.scope is DirectiveScope.CLOSE_EXISTING:
            return True
        if one.scope is DirectiveScope.NEW_TRADE or one.size_directive is None:
            return False
        wanted = one.size_directive.target_size_base
        return wanted is not None and wanted < self.bench.desk.trades[one.target_trade_ids[0]].size_base

    def end(self, how: str) -> None:
        desk = self.bench.desk
        for one in self.asked:
            size = ZERO if one.size_directive is None else one.size_directive.target_size_base
            entry = one.entry_directive
            if (
                how == "filled"
                and entry is not None
                and entry.symbol is not None
                and entry.direction is not None
            ):
                self.numbers += 1
                opened = position(
                    PositionSide.of(entry.direction), number=self.numbers, symbol=entry.symbol,
                    size=str(size), worker=self.bench.context.name,
                )  # fmt: skip
                desk.hold(opened)
            elif how == "filled":
                desk.resize(one.target_trade_ids[0], str(size))
        self.asked.clear()
        desk.in_flight.clear()
        desk.pending_entries.clear()


@given(events=EVENTS)
def test_a_period_is_recorded_once_and_buys_wait_for_sells_under_any_course(
    events: list[tuple[str, object]],
) -> None:
    venue = Venue()
    bench = venue.bench
    for name, what in events:
        match name:
            case "fire":
                assert isinstance(what, int)
                venue.take(bench.scheduled("daily", START_MS + what * 86_400_000))
            case "price":
                price(bench, str(what), SYMBOLS[0])
                venue.take(bench.tick(str(what), SYMBOLS[0]))
            case "end":
                venue.end(str(what))
            case "restart":
                bench.restart()
            case _:
                assert isinstance(what, int)
                venue.take(bench.time_passes(what))
    assert len(venue.claimed) == len(set(venue.claimed))
    assert len({one.symbol for one in bench.desk.positions()}) == len(bench.desk.positions())
