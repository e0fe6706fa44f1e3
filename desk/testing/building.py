"""What a worker is shown, built with one call: instruments, ticks, quotes, bars and positions."""

from collections.abc import Iterable
from decimal import Decimal

from desk.contracts.assets import currencies_of
from desk.contracts.directives import Protection
from desk.contracts.ids import DirectiveId, TradeId
from desk.contracts.market import Bar, Instrument, InstrumentKind, Quote, Tick
from desk.contracts.positions import Position
from desk.contracts.sides import PositionSide

SPOT = "BTC/USDT"
PERPETUAL = "BTC/USDT:USDT"
STRATEGY = "trend"
START_MS = 1_641_000_000_000


def instrument(symbol: str = SPOT, *, price_step: str = "0.1") -> Instrument:
    """Build the filters of a symbol: lots of 0.0001, fees of 0.02 and 0.05 %."""
    base, quote = currencies_of(symbol)
    return Instrument(
        symbol=symbol,
        kind=InstrumentKind.PERPETUAL if ":" in symbol else InstrumentKind.SPOT,
        base=base,
        quote=quote,
        price_step=Decimal(price_step),
        size_step=Decimal("0.0001"),
        min_size_base=Decimal("0.0001"),
        min_notional_quote=Decimal(5),
        maker_fee=Decimal("0.0002"),
        taker_fee=Decimal("0.0005"),
    )


def position(
    side: PositionSide = PositionSide.LONG,
    *,
    number: int = 1,
    symbol: str = SPOT,
    entry: str = "100000",
    stop: str | None = None,
    size: str = "0.5",
    strategy_id: str = STRATEGY,
    worker: str = "swot_planner",
) -> Position:
    """Build an open, protected trade; its stop is 2 % from the entry unless said otherwise."""
    entry_price = Decimal(entry)
    stop_price = Decimal(stop) if stop else entry_price * (1 - side.sign * Decimal("0.02"))
    return Position(
        trade_id=TradeId.at(START_MS, number),
        strategy_id=strategy_id,
        worker=worker,
        directive_id=DirectiveId.at(START_MS, number),
        symbol=symbol,
        kind=InstrumentKind.PERPETUAL if ":" in symbol else InstrumentKind.SPOT,
        side=side,
        protection=Protection.REQUIRED,
        intended_at_ms=START_MS,
        opened_at_ms=START_MS,
        size_base=Decimal(size),
        max_size_base=Decimal(size),
        entry_price=entry_price,
        planned_stop_price=stop_price,
        stop_price=stop_price,
        stop_size_base=Decimal(size),
        initial_stop_price=stop_price,
    )


def tick(
    price: str | Decimal,
    symbol: str = SPOT,
    *,
    spread: str = "0",
    time_ms: int = START_MS,
    sequence: int = 1,
) -> Tick:
    """Build a tick with bid and ask around `price`, `spread` apart."""
    middle, half = Decimal(price), Decimal(spread) / 2
    return Tick(
        symbol=symbol,
        time_ms=time_ms,
        price=middle,
        bid=middle - half,
        ask=middle + half,
        size_base=Decimal(1),
        sequence=sequence,
    )


def quote(price: str | Decimal, symbol: str = SPOT, *, spread: str = "0", time_ms: int = START_MS) -> Quote:
    """Build the quote that a tick leaves behind."""
    return quote_of(tick(price, symbol, spread=spread, time_ms=time_ms))


def quote_of(of: Tick) -> Quote:
    """Return the quote that `of` leaves behind."""
    return Quote(of.symbol, of.bid, of.ask, of.price, of.time_ms, of)


def bar(
    close: str | int | Decimal,
    *,
    symbol: str = SPOT,
    interval_ms: int = 60_000,
    half_range: str = "5",
    number: int = 0,
) -> Bar:
    """Build the bar `number` intervals after START_MS, `half_range` above and below its close."""
    price = Decimal(close)
    return Bar(
        symbol=symbol,
        open_time_ms=START_MS + number * interval_ms,
        interval_ms=interval_ms,
        open=price,
        high=price + Decimal(half_range),
        low=price - Decimal(half_range),
        close=price,
        volume=Decimal(1),
    )


def bars(
    closes: Iterable[str | int | Decimal],
    *,
    symbol: str = SPOT,
    interval_ms: int = 60_000,
    half_range: str = "5",
    first: int = 0,
) -> list[Bar]:
    """Build bars that follow each other, each `half_range` above and below its close."""
    return [
        bar(close, symbol=symbol, interval_ms=interval_ms, half_range=half_range, number=number)
        for number, close in enumerate(closes, start=first)
    ]
