"""Whatever is ordered and however prices move, nothing is made or lost, and the file agrees."""

import random
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
)

from connectors.paper.accountfile import AccountFile
from connectors.venue.exchange import Exchange
from connectors.venue.liquidity import Liquidity
from connectors.venue.prices import rises_to_trigger
from connectors.venue.refusals import Refusal
from connectors.venue.state import Terms
from desk.contracts.market import Tick
from desk.contracts.orders import (
    OrderOutcome,
    OrderRequest,
    OrderStatus,
    OrderType,
    OutcomeKind,
    VenueFill,
    VenueOrder,
)
from desk.contracts.plans import TimeInForce
from tests.builders.examples import examples
from tests.builders.venue import BUY, SELL, START_MS, D, amendment, instrument, request, tick

SPOT = "BTC/USDT"
PERP = "ETH/EUR:EUR"
INSTRUMENTS = {
    SPOT: instrument(SPOT, price_step=D("0.5"), size_step=D("0.01"), taker_fee=D("0.00123")),
    PERP: instrument(PERP, price_step=D("0.1"), size_step=D("0.001"), maker_fee=D("-0.0001")),
}
OPENING = {"USDT": D(150), "BTC": D(5), "EUR": D(500)}

symbols = st.sampled_from([SPOT, PERP])
offsets = st.integers(-20, 20).map(lambda halves: Decimal(halves) / 2)
sizes = st.integers(1, 300).map(lambda lots: Decimal(lots) / 100)
limited = (OrderType.LIMIT, OrderType.STOP_LIMIT)
stopped = (OrderType.STOP, OrderType.STOP_LIMIT, OrderType.TAKE_PROFIT)


class PaperAccount(RuleBasedStateMachine):
    """Trade one account at random, and keep books of its own from what it is told."""

    orders = Bundle("orders")

    @initialize(
        seed=st.integers(0, 9),
        slippage=st.sampled_from(["0", "0.0007", "0.03"]),
        fraction=st.sampled_from(["0", "0.4"]),
    )
    def open(self, seed: int, slippage: str, fraction: str) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.file = AccountFile(Path(self.folder.name) / "account.sqlite", OPENING)
        self.terms = Terms(D(slippage), Liquidity(random.Random(seed), D(fraction)))
        self.deposited = dict(OPENING)
        self.fills: list[VenueFill] = []
        self.reports: dict[str, list[VenueOrder]] = defaultdict(list)
        self.requests: dict[str, OrderRequest] = {}
        self.now_ms = START_MS
        self.market: dict[str, Tick] = {}
        self.restart()
        for symbol in INSTRUMENTS:
            self.see(symbol, [D(0)], 1, D(1))

    def teardown(self) -> None:
        if hasattr(self, "file"):
            self.file.close()
            self.folder.cleanup()

    @rule()
    def restart(self) -> None:
        # As the connector does: prices are the market's and survive apart from the account.
        self.state = self.file.load()
        self.state.market = self.market
        self.exchange = Exchange(list(INSTRUMENTS.values()), self.terms, self.state, self.file)

    @rule(
        symbol=symbols, moves=st.lists(offsets, min_size=1, max_size=4), spread=st.integers(0, 3), size=sizes
    )
    def see(self, symbol: str, moves: list[Decimal], spread: int, size: Decimal) -> None:
        half = Decimal(spread) / 3 if spread == 3 else Decimal(spread) / 2
        for move in moves:
            price = max(self.last(symbol) + move, D(20))
            bid, ask = str(price - half), str(price + half)
            seen = tick(str(price), symbol=symbol, bid=bid, ask=ask, size=str(size))
            if self.exchange.sees(seen):
                self.exchange.match(seen, self.now_ms)
            self.collect()

    def last(self, symbol: str) -> Decimal:
        return self.market[symbol].price // D("0.5") * D("0.5") if symbol in self.market else D(100)

    @rule(
        target=orders,
        symbol=symbols,
        side=st.sampled_from([BUY, SELL]),
        order_type=st.sampled_from(OrderType),
        size=sizes,
        limit=offsets,
        stop=offsets,
        moves=st.lists(offsets, max_size=3),
        time_in_force=st.sampled_from([*[TimeInForce.GTC] * 4, TimeInForce.IOC, TimeInForce.FOK]),
        reduce_only=st.sampled_from([False, False, False, True]),
        oco_group=st.sampled_from([None, None, "g", "h"]),
        hand=st.sampled_from(["desk", "desk", "desk", "other"]),
    )
    def place(
        self,
        order_type: OrderType,
        limit: Decimal,
        stop: Decimal,
        hand: str,
        moves: list[Decimal],
        **fields: Any,  # noqa: ANN401 - passed on
    ) -> MultipleResults[str]:
        asked = self.asked(order_type, limit, stop, **fields)
        send = self.exchange.place_external if hand == "other" else self.exchange.place
        return self.sent(asked, send(asked, self.now_ms), moves)

    @precondition(lambda self: self.position() != 0)
    @rule(
        target=orders,
        order_type=st.sampled_from(OrderType),
        share=st.sampled_from([D("0.5"), D(1), D(2)]),
        limit=offsets,
        stop=offsets,
        moves=st.lists(offsets, max_size=3),
        group=st.sampled_from([None, "g", "h"]),
    )
    def protect(
        self,
        order_type: OrderType,
        share: Decimal,
        limit: Decimal,
        stop: Decimal,
        group: str | None,
        moves: list[Decimal],
    ) -> MultipleResults[str]:
        position = self.position()
        asked = self.asked(
            order_type,
            limit,
            stop,
            symbol=PERP,
            side=SELL if position > 0 else BUY,
            size=abs(position) * share // D("0.001") * D("0.001"),
            reduce_only=True,
            oco_group=group,
        )
        return self.sent(asked, self.exchange.place(asked, self.now_ms), moves)

    def asked(
        self,
        order_type: OrderType,
        limit: Decimal,
        stop: Decimal,
        *,
        size: Decimal,
        **fields: Any,  # noqa: ANN401 - passed on
    ) -> OrderRequest:
        """Build a request priced by its distance from the last; a stop lies where it can wait."""
        last = self.last(fields["symbol"])
        away = abs(stop) if rises_to_trigger(order_type, fields["side"]) else -abs(stop)
        return request(
            f"c{self.now_ms}",
            size=str(size),
            order_type=order_type,
            limit=str(last + limit) if order_type in limited else None,
            stop=str(last + away) if order_type in stopped else None,
            **fields,
        )

    def repeat(self, name: str) -> None:
        outcome = self.exchange.place(request(name, BUY, 1), self.now_ms)
        assert outcome.code == "DUPLICATE_CLIENT_ID"
        assert outcome.order == self.exchange.find(name)

    def sent(self, asked: OrderRequest, outcome: OrderOutcome, moves: list[Decimal]) -> MultipleResults[str]:
        self.answered(outcome)
        if outcome.kind is not OutcomeKind.ACCEPTED or outcome.order is None:
            return multiple()
        name = outcome.order.client_order_id
        self.requests[name] = asked
        self.repeat(name)
        self.see(asked.symbol, moves, 1, D(1))
        return multiple(name)

    @rule(name=orders, size=st.none() | sizes, limit=offsets, stop=offsets)
    def amend(self, name: str, size: Decimal | None, limit: Decimal, stop: Decimal) -> None:
        former = self.requests[name]
        last = self.last(former.symbol)
        changes = amendment(
            name,
            symbol=former.symbol,
            size=None if size is None else str(size),
            limit=None if former.limit_price is None else str(last + limit),
            stop=None if former.stop_price is None else str(last + stop),
        )
        self.answered(self.exchange.amend(changes, self.now_ms))

    @rule(name=consumes(orders))
    def cancel(self, name: str) -> None:
        self.answered(self.exchange.cancel(self.requests[name].symbol, name, self.now_ms))

    @rule(currency=st.sampled_from(sorted(OPENING)), amount=st.integers(-200, 200).map(Decimal))
    def deposit(self, currency: str, amount: Decimal) -> None:
        try:
            self.exchange.deposit(currency, amount)
        except Refusal:
            return
        self.deposited[currency] += amount
        self.collect()

    def answered(self, outcome: OrderOutcome) -> None:
        told = self.collect()
        if outcome.kind is OutcomeKind.NOT_ACCEPTED:
            assert not told
            assert outcome.code
            assert outcome.reason
        else:
            assert outcome.order is not None
            assert outcome.order == self.exchange.find(outcome.order.client_order_id)

    def collect(self) -> Sequence[object]:
        """Store what changed, then book it as the desk would."""
        changes = self.exchange.take_changes()
        if changes:
            self.file.save(changes, self.state)
        for event in changes.events:
            if isinstance(event, VenueFill):
                self.book(event)
            else:
                self.reports[event.client_order_id].append(event)
                self.check_group(event)
        self.now_ms += 1
        return changes.events

    def book(self, fill: VenueFill) -> None:
        name = fill.client_order_id or f"external-{fill.venue_order_id}"
        rates = INSTRUMENTS[fill.symbol]
        assert fill.fee == fill.size_base * fill.price * (
            rates.maker_fee if fill.is_maker else rates.taker_fee
        )
        order = self.exchange.find(name)
        assert order is not None
        if order.limit_price is not None:
            assert (fill.price - order.limit_price) * fill.side.sign <= 0
        if order.reduce_only and fill.symbol == PERP:
            before = self.position()
            assert before * fill.side.sign < 0
            assert fill.size_base <= abs(before)
        self.fills.append(fill)

    def check_group(self, ended: VenueOrder) -> None:
        """Check that a filled order leaves no other of its group open."""
        group = (
            self.requests[ended.client_order_id].oco_group if ended.client_order_id in self.requests else None
        )
        if ended.status is OrderStatus.FILLED and group is not None:
            for other in self.exchange.open_orders():
                asked = self.requests.get(other.client_order_id)
                assert asked is None or (asked.oco_group, asked.symbol) != (group, ended.symbol)

    def position(self) -> Decimal:
        return sum((one.size_base * one.side.sign for one in self.fills if one.symbol == PERP), D(0))

    @invariant()
    def every_coin_is_accounted_for(self) -> None:
        spot = [one for one in self.fills if one.symbol == SPOT]
        moved = sum((one.size_base * one.side.sign for one in spot), D(0))
        assert self.state.account.total("BTC") == self.deposited["BTC"] + moved
        paid = sum((one.size_base * one.price * one.side.sign + one.fee for one in spot), D(0))
        assert self.state.account.total("USDT") == self.deposited["USDT"] - paid

    @invariant()
    def profit_is_what_was_paid_and_got(self) -> None:
        perp = [one for one in self.fills if one.symbol == PERP]
        paid = sum((one.size_base * one.price * one.side.sign + one.fee for one in perp), D(0))
        net = self.state.account.net(PERP)
        assert self.state.account.total("EUR") == self.deposited["EUR"] - paid + net.cost_quote
        assert net.size_base == self.position()

    @invariant()
    def no_more_is_held_than_there_is(self) -> None:
        for balance in self.exchange.balances():
            assert balance.free >= 0
            if balance.currency != "EUR":
                held = self.exchange.margin(balance.currency).held
                assert 0 <= held <= balance.total
                assert balance.free == balance.total - held

    @invariant()
    def reduce_only_orders_can_only_reduce(self) -> None:
        position = self.position()
        for order in self.exchange.open_orders():
            if order.reduce_only and order.symbol == PERP:
                assert position * order.side.sign < 0
                assert order.size_base - order.filled_base <= abs(position)

    @invariant()
    def the_file_agrees_with_the_venue(self) -> None:
        kept = self.file.load()
        assert kept.orders == self.state.orders
        totals = self.state.account.totals
        assert kept.account.totals == totals
        assert kept.account.positions == self.state.account.positions
        assert kept.fills_made == self.state.fills_made == len(self.fills)
        assert self.file.fills_since(0) == self.fills

    def check_reports(self) -> None:
        """Check the story that each order's reports and fills tell."""
        filled: dict[str, Decimal] = defaultdict(Decimal)
        for fill in self.fills:
            filled[fill.client_order_id or f"external-{fill.venue_order_id}"] += fill.size_base
        for name, reports in self.reports.items():
            for earlier, later in pairwise(reports):
                assert not earlier.status.is_terminal
                assert earlier.filled_base <= later.filled_base <= later.size_base
                assert earlier.updated_at_ms <= later.updated_at_ms
            last = reports[-1]
            assert last.filled_base == filled[name]
            assert (last.status is OrderStatus.FILLED) == (last.filled_base == last.size_base)
            assert self.exchange.find(name) == last

    @invariant()
    def every_order_tells_one_story(self) -> None:
        self.check_reports()


PaperAccount.TestCase.settings = settings(max_examples=examples(100), stateful_step_count=30)
TestConservation = PaperAccount.TestCase
