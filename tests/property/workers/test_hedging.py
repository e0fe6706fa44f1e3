"""Whatever the book does: the hedge is one, keeps limits, pauses and costs, and mirrors for shorts."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from desk.contracts.directives import DirectiveScope, StrategyDirective
from desk.contracts.market import ONE, ZERO
from desk.contracts.sides import OrderSide, PositionSide
from desk.testing.bench import Bench
from desk.testing.building import PERPETUAL, STRATEGY, position
from desk.workers.scheduled_operations.exposure import is_off, wanted_hedge
from desk.workers.scheduled_operations.hedge_manager import HedgeManager
from tests.builders.calendar import ValuedDesk, price

BOOK = "BTC/USDC:USDC"
MOST, COOLDOWN_MS, MOST_COST, WINDOW_MS = Decimal(60_000), 60_000, Decimal(80), 600_000
AMOUNTS = st.decimals("-1000000", "1000000", places=2)
EVENTS = st.lists(
    st.one_of(
        st.tuples(st.just("book"), st.integers(-20, 20)),
        st.tuples(st.just("price"), st.integers(40_000, 60_000)),
        st.tuples(st.just("end"), st.sampled_from(["filled", "refused"])),
        st.tuples(st.just("stop"), st.booleans()),
        st.tuples(st.just("restart"), st.booleans()),
        st.tuples(st.just("pass"), st.integers(500, 120_000)),
    ),
    max_size=40,
)
Events = list[tuple[str, object]]


@given(net=AMOUNTS, ratio=st.decimals("0.1", "2", places=2), most=st.decimals("1", "500000", places=2))
def test_the_hedge_opposes_the_exposure_within_its_limit_and_mirrors(
    net: Decimal, ratio: Decimal, most: Decimal
) -> None:
    wanted = wanted_hedge(net, ratio, most)
    assert abs(wanted) <= most
    assert wanted * net <= 0
    assert wanted_hedge(-net, ratio, most) == -wanted


@given(net=AMOUNTS, present=AMOUNTS, band=st.decimals("0", "0.99", places=2))
def test_a_hedge_that_is_where_it_should_be_is_never_off(
    net: Decimal, present: Decimal, band: Decimal
) -> None:
    wanted = wanted_hedge(net, ONE, MOST)
    assert not is_off(wanted, wanted, net, band, ZERO)
    assert is_off(wanted, present, net, band, ZERO) == is_off(-wanted, -present, -net, band, ZERO)


class Book:
    """Let a book of one trade grow, shrink and turn, and fill or refuse what its hedger asks."""

    def __init__(self, sign: int = 1) -> None:
        self.sign = sign
        self.bench = Bench(
            HedgeManager,
            {
                "instrument": PERPETUAL, "max_notional": MOST, "cooldown_s": COOLDOWN_MS // 1000,
                "max_cost": MOST_COST, "cost_window_s": WINDOW_MS // 1000, "after_stop_s": 30,
                "max_price_age_s": 1_000_000,
            },
            desk=ValuedDesk(),
            symbols=(PERPETUAL, BOOK),
        )  # fmt: skip
        self.desk = self.bench.desk
        self.asked: StrategyDirective | None = None
        self.history: list[tuple[int, StrategyDirective, Decimal]] = []
        self.paid: list[tuple[int, Decimal]] = []
        self.numbers = 1
        self.pauses_until_ms = 0
        self.price(50_000)

    def price(self, at: int) -> None:
        price(self.bench, str(at), PERPETUAL)
        price(self.bench, str(at), BOOK)

    def hold(self, tenths: int) -> None:
        side = PositionSide.LONG if tenths * self.sign > 0 else PositionSide.SHORT
        self.desk.hold(position(side, symbol=BOOK, size=str(Decimal(abs(tenths)) / 10)))

    @property
    def hedge(self) -> Decimal:
        return sum((one.size_base * one.side.sign for one in self.desk.positions_on(PERPETUAL)), ZERO)

    def take(self, payloads: list[object]) -> None:
        for one in payloads:
            assert isinstance(one, StrategyDirective)
            assert self.asked is None, "nothing is asked while something is under way"
            assert self.desk.time_ms >= self.pauses_until_ms
            self.pauses_until_ms = self.desk.time_ms + COOLDOWN_MS
            self.asked = one
            self.history.append((self.desk.time_ms, one, self.worth_of(one)))
            self.desk.in_flight.update(one.target_trade_ids)
            if one.scope is DirectiveScope.NEW_TRADE:
                assert self.hedge == 0, "there is one hedge"
                self.desk.pending_entries.add((STRATEGY, PERPETUAL))

    def worth_of(self, one: StrategyDirective) -> Decimal:
        """Return what a directive trades of the hedge, but for a close; and hold it to its limit."""
        if one.scope is DirectiveScope.CLOSE_EXISTING or one.size_directive is None:
            return ZERO
        size = one.size_directive.target_size_base or ZERO
        at = self.desk.quotes[PERPETUAL].mid
        assert size * at <= MOST
        worth = abs(size - abs(self.hedge)) * at
        if size > abs(self.hedge):
            since_ms = self.desk.time_ms - WINDOW_MS
            spent = sum((one for at_ms, one in self.paid if at_ms > since_ms), worth)
            assert spent * self.desk.instruments[PERPETUAL].taker_fee <= MOST_COST
        return worth

    def end(self, how: str) -> None:
        one, self.asked = self.asked, None
        self.desk.in_flight.clear()
        self.desk.pending_entries.clear()
        if one is None or how != "filled":
            return
        self.paid.append(self.history[-1][::2])
        size = ZERO if one.size_directive is None else one.size_directive.target_size_base
        if one.target_trade_ids:
            self.desk.resize(one.target_trade_ids[0], str(size))
            self.pauses_until_ms = self.pauses_until_ms if size else 0
        elif one.entry_directive is not None:
            self.numbers += 1
            side = PositionSide.LONG if one.entry_directive.direction is OrderSide.BUY else PositionSide.SHORT
            opened = position(
                side, number=self.numbers, symbol=PERPETUAL, size=str(size), worker="hedge_manager"
            )
            self.desk.hold(opened)
        self.take(self.bench.time_passes(1_000))

    def stop(self) -> None:
        if self.asked is None:
            for one in self.desk.positions_on(PERPETUAL):
                self.desk.resize(one.trade_id, "0")
                self.pauses_until_ms = 0

    def live(self, events: Events) -> None:
        for name, what in events:
            match name, what:
                case "book", int(tenths):
                    self.hold(tenths)
                case "price", int(at):
                    self.price(at)
                case "end", how:
                    self.end(str(how))
                case "stop", _:
                    self.stop()
                case "restart", _:
                    self.bench.restart()
                case _, int(later_ms):
                    self.take(self.bench.time_passes(later_ms))


@given(events=EVENTS)
def test_under_any_course_there_is_one_hedge_within_limit_pause_and_cost(events: Events) -> None:
    Book().live(events)


@given(events=EVENTS)
def test_a_book_that_is_short_is_hedged_as_the_mirror(events: Events) -> None:
    one, other = Book(), Book(sign=-1)
    one.live(events)
    other.live(events)
    said = [(time, directive.scope, worth) for time, directive, worth in one.history]
    assert [(time, directive.scope, worth) for time, directive, worth in other.history] == said
    assert other.hedge == -one.hedge
