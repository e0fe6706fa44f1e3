"""What each picture shows: which worker, on which prices, when, and what is drawn."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from tests.worker_pictures.curves import (
    Point,
    Window,
    average_cost_line,
    block_line,
    closes,
    equity_line,
    fill_marks,
    held_line,
    is_buy,
    is_sale,
    price_line,
    stop_line,
    weight_lines,
)
from tests.worker_pictures.drawing import AMBER, BLUE, GREEN, GREY, RED, VIOLET, Line, Marks
from tests.worker_pictures.recording import Recording

Curves = Callable[["Scene", Recording, Mapping[str, Path]], Sequence[Line | Marks]]

SPOT, PERPETUAL = "BTC/USDT", "BTC/USDT:USDT"
BTC_MONTH = "btc_usd_perp_1m_2022-01.csv"
_PAPER_OPENING = Decimal(100_000)


@dataclass(frozen=True, slots=True)
class Scene:
    """Show `worker` by the blueprint of its name; `files` are the prices by symbol."""

    worker: str
    title: str
    begins: datetime
    lasts: timedelta
    curves: Curves
    files: Mapping[str, str]
    settings: tuple[str, ...] = ()
    platform: str = "platform.yaml"

    @property
    def window(self) -> Window:
        """The time that is shown."""
        begin_ms = int(self.begins.timestamp() * 1000)
        return Window(begin_ms, begin_ms + int(self.lasts.total_seconds() * 1000))

    @property
    def symbol(self) -> str:
        """The first symbol, which the picture is about."""
        return next(iter(self.files))


def managed_trade(scene: Scene, recording: Recording, data: Mapping[str, Path]) -> Sequence[Line | Marks]:
    """Draw a price with its trades, and their stops as steps."""
    window, symbol = scene.window, scene.symbol
    return (
        Line("price", price_line(closes(data[symbol], window), window), GREY),
        Line("stop", stop_line(recording, window, symbol), RED, 2.2),
        Marks("bought", fill_marks(recording, window, symbol, is_buy), GREEN),
        Marks("sold", fill_marks(recording, window, symbol, is_sale), AMBER),
    )


def broken_circuit(scene: Scene, recording: Recording, data: Mapping[str, Path]) -> Sequence[Line | Marks]:
    """Draw a price with its trades, and when the scene's worker let nobody in."""
    drawn = managed_trade(scene, recording, data)
    lowest = min(float(price) for _, price in closes(data[scene.symbol], scene.window))
    blocked = block_line(recording, scene.window, scene.worker, lowest)
    return (*drawn, Line("no new risk", blocked, VIOLET, 6))


def accumulation(scene: Scene, recording: Recording, data: Mapping[str, Path]) -> Sequence[Line | Marks]:
    """Draw a price, what was bought, and the average cost of it."""
    window, symbol = scene.window, scene.symbol
    return (
        Line("price", price_line(closes(data[symbol], window), window), GREY),
        Line("average cost", average_cost_line(recording, window, symbol), BLUE, 2.2),
        Marks("bought", fill_marks(recording, window, symbol, is_buy), GREEN, 4),
    )


def limited_loss(scene: Scene, recording: Recording, data: Mapping[str, Path]) -> Sequence[Line | Marks]:
    """Draw the equity of the account, when trades were made smaller or left, and when nobody entered."""
    window, symbol = scene.window, scene.symbol
    equity = equity_line(recording, window, _PAPER_OPENING, closes(data[symbol], window), symbol)
    lowest = min(value for _, value in equity if value is not None)
    acted = [
        window.hours(one.decided_at_ms)
        for one in recording.of_worker(scene.worker)
        if window.holds(one.decided_at_ms)
    ]
    return (
        Line("equity", equity, BLUE, 2.2),
        Line("no new risk", block_line(recording, window, scene.worker, lowest), VIOLET, 6),
        Marks("reduced, then left", _on(equity, acted), RED, 6),
    )


def _on(line: Sequence[Point], at_hours: Sequence[float]) -> list[Point]:
    """Return the points of a line nearest to the given times."""
    return [min(line, key=lambda point: abs(point[0] - hours)) for hours in at_hours]


def hedged(scene: Scene, recording: Recording, data: Mapping[str, Path]) -> Sequence[Line | Marks]:
    """Draw what is held of the coin and, upside down, of its perpetual, beside the price."""
    window = scene.window
    coins, hedge = scene.files
    return (
        Line("coins held", held_line(recording, window, coins), GREEN, 2.2),
        Line("perpetual sold short", held_line(recording, window, hedge, sign=-1), RED, 2.2),
        Line("price (right)", price_line(closes(data[coins], window), window), GREY, is_second=True),
    )


def weights(scene: Scene, recording: Recording, data: Mapping[str, Path]) -> Sequence[Line | Marks]:
    """Draw what share of the account each symbol is, in percent, and when it was traded."""
    window = scene.window
    prices = {symbol: closes(path, window) for symbol, path in data.items()}
    lines = weight_lines(recording, window, Decimal(10), prices)
    runs = sorted({window.hours(one.fill.time_ms) for one in recording.fills})
    return (
        *(
            Line(f"{symbol} in %", line, colour)
            for (symbol, line), colour in zip(lines.items(), (BLUE, VIOLET, AMBER), strict=True)
        ),
        Marks("traded", [(hours, 0.0) for hours in runs], GREEN, 4),
    )


def _january(day: int, hour: int = 0) -> datetime:
    return datetime(2022, 1, day, hour, tzinfo=UTC)


def _managed(worker: str, title: str, begins: datetime, hours: int) -> Scene:
    return Scene(worker, title, begins, timedelta(hours=hours), managed_trade, {PERPETUAL: BTC_MONTH})


def _pairs(worker: str, title: str) -> Scene:
    return Scene(
        worker,
        title,
        datetime(2018, 1, 11, tzinfo=UTC),
        timedelta(days=18),
        weights,
        {f"{coin}/BTC": f"{coin.lower()}_btc_5m_2018-01.csv" for coin in ("ETH", "LTC", "XMR")},
        platform="blueprints/btc-pairs/platform.yaml",
    )


SCENES = (
    _managed(
        "trailing_stop_manager",
        "Once the short has gained 2 %, its stop follows 3 % behind the lowest price",
        _january(20, 22),
        20,
    ),
    _managed(
        "partial_profit_taker",
        "40 % bought back at 1 R, 30 % at 2 R, the stop at breakeven from the first",
        _january(21),
        40,
    ),
    _managed(
        "scale_in_manager",
        "Half the first size more at every 0.6 R, and the stop of the whole 1 R behind",
        _january(21, 18),
        42,
    ),
    _managed(
        "breakeven_mover",
        "After a gain of 1 R the stop goes to the entry and its fees, where it ends",
        _january(20, 12),
        9,
    ),
    _managed(
        "emergency_exit_agent",
        "The market moves far more than usual, and the short is left at once",
        _january(10, 6),
        12,
    ),
    Scene(
        "circuit_breaker",
        "A jump of 3 % within five minutes: the short is left, and nobody enters for an hour",
        _january(10, 12),
        timedelta(hours=5),
        broken_circuit,
        {PERPETUAL: BTC_MONTH},
    ),
    Scene(
        "drawdown_limiter",
        "0.6 % under the start of the day: halved; 1.2 %: left; and nobody enters until midnight",
        _january(26, 9),
        timedelta(hours=18),
        limited_loss,
        {PERPETUAL: BTC_MONTH},
    ),
    Scene(
        "hedge_manager",
        "1,000 USDT of coins a day, half of them hedged by a short of the perpetual",
        _january(1),
        timedelta(days=14),
        hedged,
        {SPOT: BTC_MONTH, PERPETUAL: BTC_MONTH},
        ("schedule=[{name: DAILY, cron: 0 9 * * *}]",),
    ),
    Scene(
        "dca_executor",
        "500 USDT a day at nine, and what the coins have cost on average",
        _january(1),
        timedelta(days=30),
        accumulation,
        {SPOT: BTC_MONTH},
        ("schedule=[{name: DAILY, cron: 0 9 * * *}]",),
    ),
    _pairs(
        "correlation_monitor",
        "Three pairs that move together are one bet, trimmed to half of the account",
    ),
    _pairs(
        "rebalancing_agent",
        "Three pairs held near 30, 20 and 10 % of the account, looked at every day at 22:00",
    ),
)
