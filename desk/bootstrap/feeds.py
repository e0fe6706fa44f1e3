"""The feed a configuration asks for."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from desk.config.market_settings import SyntheticSettings
from desk.contracts.market import Instrument
from desk.contracts.ports.time import Clock
from desk.feeds.replay import ReplayFeed, ReplaySource
from desk.feeds.synthetic import SyntheticFeed, SyntheticSymbol

REPLAY_SPREAD = Decimal("0.0001")
"""Recorded candles and trades tell no spread; a perpetual's is about one basis point."""


def synthetic_feed(
    settings: SyntheticSettings, instruments: Mapping[str, Instrument], clock: Clock, first_sequence: int
) -> SyntheticFeed:
    """Make the seeded feed."""
    symbols = [
        SyntheticSymbol(
            instrument=instruments[symbol],
            start_price=shape.start_price,
            annual_volatility=shape.annual_volatility,
            jump_probability=shape.jump_probability,
            jump_size=shape.jump_size,
            spread_fraction=shape.spread_fraction,
            market_share=shape.market_share,
        )
        for symbol, shape in settings.symbols.items()
    ]
    return SyntheticFeed(symbols, clock, settings.seed, settings.interval_ms, first_sequence)


def replay_feed(sources: Sequence[ReplaySource], clock: Clock) -> ReplayFeed:
    """Make the recorded feed."""
    return ReplayFeed(sources, clock, REPLAY_SPREAD)
