"""What a planner is asked: one role of one target of one directive, on a pinned market."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from desk.contracts.directives import DirectiveScope, StrategyDirective
from desk.contracts.ids import DirectiveId, TradeId
from desk.contracts.market import ZERO, Bar, Instrument, Quote
from desk.contracts.plans import EntryPlan, ExitPlan, PlanRole, SizePlan
from desk.contracts.ports.time import IdSource
from desk.contracts.positions import Position
from desk.contracts.sides import OrderSide, PositionSide
from desk.planning.impossible import PlanImpossible
from desk.planning.market_view import MarketView

_STALE_INTERVALS = 5


@dataclass(frozen=True, slots=True)
class PlansSoFar:
    """Hold the plans of the same target that exist already."""

    entry: EntryPlan | None = None
    size: SizePlan | None = None
    exit: ExitPlan | None = None


@dataclass(frozen=True, slots=True)
class PlanRequest:
    """Ask `planner` for the `role` plan of one target; `direction` is the order side that opens it.

    `position` is None for a NEW_TRADE. Ids of plans come from `ids`.
    """

    role: PlanRole
    planner: str
    directive: StrategyDirective
    target_id: TradeId
    symbol: str
    direction: OrderSide
    market: MarketView
    position: Position | None
    plans: PlansSoFar
    ids: IdSource

    @property
    def directive_id(self) -> DirectiveId:
        """The directive it belongs to."""
        return self.directive.directive_id

    @property
    def instrument(self) -> Instrument:
        """The filters of the symbol; raises PlanImpossible where the desk does not know it."""
        instrument = self.market.instruments.get(self.symbol)
        if instrument is None:
            raise PlanImpossible(f"{self.symbol} is no instrument of this desk")
        return instrument

    @property
    def side(self) -> PositionSide:
        """The side of the trade."""
        return PositionSide.of(self.direction)

    @property
    def is_new(self) -> bool:
        """Whether the trade is to be opened, so that unset fields have their defaults."""
        return self.directive.scope is DirectiveScope.NEW_TRADE

    @property
    def quote(self) -> Quote:
        """The pinned quote; raises PlanImpossible where there is none, or its prices are impossible."""
        quote = self.market.quotes.get(self.symbol)
        if quote is None:
            raise PlanImpossible(f"no price of {self.symbol} yet")
        if not quote.is_sound:
            raise PlanImpossible(f"bid {quote.bid} and ask {quote.ask} of {self.symbol} are impossible")
        return quote

    def bars(self, interval_ms: int, least: int, most: int) -> Sequence[Bar]:
        """Return the newest closed bars of the symbol, oldest first: from `least` up to `most` of them.

        Raises PlanImpossible where there are fewer, or the newest closed too long ago to say what is now.
        """
        known = self.market.bars.get((self.symbol, interval_ms), ())
        kind = f"bars of {interval_ms // 1000} s of {self.symbol}"
        if len(known) < least:
            raise PlanImpossible(f"{len(known)} {kind} are known, and it takes {least}")
        age_ms = self.market.now_ms - known[-1].close_time_ms
        if age_ms > _STALE_INTERVALS * interval_ms:
            raise PlanImpossible(f"the newest of the {kind} closed {age_ms // 1000} s ago")
        return known[-most:]

    @property
    def held_base(self) -> Decimal:
        """What the trade holds already."""
        return self.position.size_base if self.position is not None else ZERO

    @property
    def entry_price(self) -> Decimal:
        """The price risk is measured from: the planned entry, else the real one, else the market's."""
        if self.plans.entry is not None:
            return self.plans.entry.expected_price
        if self.position is not None and self.position.is_open:
            return self.position.entry_price
        return self.quote.touch(self.direction)

    @property
    def first_price(self) -> Decimal:
        """The price at which the entry begins: the trigger of a breakout, else as `entry_price`."""
        return self.entry_price if self.plans.entry is None else self.plans.entry.first_price

    @property
    def stop_price(self) -> Decimal | None:
        """The stop the trade will have: the planned one, else the confirmed one."""
        if self.plans.exit is not None and self.plans.exit.stop_loss_price is not None:
            return self.plans.exit.stop_loss_price
        return self.position.stop_price if self.position is not None else None
