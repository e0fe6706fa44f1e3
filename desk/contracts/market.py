"""Market data: ticks, quotes, bars, and the filters of an instrument. Slotted, so a tick stays cheap."""

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from enum import StrEnum

from desk.contracts.ids import ScheduleId, TickId
from desk.contracts.sides import OrderSide, PositionSide

ZERO = Decimal(0)
ONE = Decimal(1)


def is_positive(number: Decimal) -> bool:
    """Tell whether a number can be a price, a rate or a worth to divide by: finite and above zero."""
    return number.is_finite() and number > ZERO


def is_market(bid: Decimal, ask: Decimal) -> bool:
    """Tell whether a bid and an ask can be acted on: finite, above zero and not crossed; NaN is not."""
    return bid.is_finite() and ask.is_finite() and ZERO < bid <= ask


@dataclass(frozen=True, slots=True)
class Tick:
    """Report one price event: `price` in quote, `time_ms` UTC, `sequence` unique within a run."""

    symbol: str
    time_ms: int
    price: Decimal
    bid: Decimal
    ask: Decimal
    size_base: Decimal
    sequence: int

    @property
    def id(self) -> TickId:
        """The tick's id, built when asked: most ticks cause nothing and never need one."""
        return TickId.at(self.time_ms, self.sequence)

    @property
    def is_sound(self) -> bool:
        """Whether its bid and ask can be acted on."""
        return is_market(self.bid, self.ask)


@dataclass(frozen=True, slots=True)
class ScheduledTick:
    """Report that a schedule is due: the period that starts at `period_start_ms`, of the named schedule."""

    id: ScheduleId
    schedule_name: str
    period_start_ms: int
    time_ms: int
    late_ms: int


@dataclass(frozen=True, slots=True)
class TimePassed:
    """Report that the desk's clock went on, for those who must act where no price comes."""

    time_ms: int
    sequence: int

    @property
    def id(self) -> ScheduleId:
        """The id a chain starts with, built when asked: most beats cause nothing."""
        return ScheduleId.at(self.time_ms, self.sequence)


@dataclass(frozen=True, slots=True)
class Bar:
    """Hold one closed candle; `volume` as the source counts it, prices in quote."""

    symbol: str
    open_time_ms: int
    interval_ms: int
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal

    @property
    def close_time_ms(self) -> int:
        """The first instant after the bar."""
        return self.open_time_ms + self.interval_ms


@dataclass(frozen=True, slots=True)
class Quote:
    """Hold the newest known prices of a symbol, with the time they were true and the tick they came from."""

    symbol: str
    bid: Decimal
    ask: Decimal
    last: Decimal
    time_ms: int
    tick: Tick | None = None

    @property
    def tick_id(self) -> TickId | None:
        """The id of the tick it came from."""
        return None if self.tick is None else self.tick.id

    @property
    def is_sound(self) -> bool:
        """Whether its bid and ask can be acted on."""
        return is_market(self.bid, self.ask)

    @property
    def mid(self) -> Decimal:
        """The middle of bid and ask."""
        return (self.bid + self.ask) / 2

    def touch(self, side: OrderSide) -> Decimal:
        """Return the price a market order of `side` meets first."""
        return self.ask if side is OrderSide.BUY else self.bid


class InstrumentKind(StrEnum):
    """What is traded: the coin itself, or a perpetual contract on it."""

    SPOT = "spot"
    PERPETUAL = "perpetual"


@dataclass(frozen=True, slots=True)
class Instrument:
    """Hold the filters of a symbol: steps and minima in base and quote, fees as fractions of notional."""

    symbol: str
    kind: InstrumentKind
    base: str
    quote: str
    price_step: Decimal
    size_step: Decimal
    min_size_base: Decimal
    min_notional_quote: Decimal
    maker_fee: Decimal
    taker_fee: Decimal
    max_size_base: Decimal | None = None
    max_leverage: Decimal = ONE

    @property
    def is_spot(self) -> bool:
        """Whether buying it moves coins rather than a contract."""
        return self.kind is InstrumentKind.SPOT

    def floor_size(self, size_base: Decimal) -> Decimal:
        """Round a size down to the lot."""
        return (size_base / self.size_step).to_integral_value(ROUND_FLOOR) * self.size_step

    def floor_price(self, price: Decimal) -> Decimal:
        """Round a price down to the price step."""
        return (price / self.price_step).to_integral_value(ROUND_FLOOR) * self.price_step

    def ceil_price(self, price: Decimal) -> Decimal:
        """Round a price up to the price step."""
        return (price / self.price_step).to_integral_value(ROUND_CEILING) * self.price_step

    def stop_price(self, side: PositionSide, price: Decimal) -> Decimal:
        """Round a stop away from the market: down for a long, up for a short."""
        return self.floor_price(price) if side is PositionSide.LONG else self.ceil_price(price)

    def limit_price(self, side: OrderSide, price: Decimal) -> Decimal:
        """Round a limit so that it gives no more than was said: down for a buy, up for a sell."""
        return self.floor_price(price) if side is OrderSide.BUY else self.ceil_price(price)

    def is_dust(self, size_base: Decimal, price: Decimal) -> bool:
        """Tell whether a size is too small for the venue to trade."""
        return size_base < self.min_size_base or size_base * price < self.min_notional_quote
