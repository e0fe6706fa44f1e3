"""The feed a configuration asks for."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from desk.bootstrap.settings import instruments
from desk.config.market_settings import SyntheticSettings
from desk.config.platform import Platform
from desk.contracts.market import Instrument
from desk.contracts.ports.connector import IAPIConnector
from desk.contracts.ports.feed import Feed
from desk.contracts.ports.time import Clock
from desk.contracts.problems import InputRefused, Problem
from desk.feeds.connector_feed import ConnectorFeed
from desk.feeds.replay import ReplayFeed, ReplaySource
from desk.feeds.synthetic import SyntheticFeed, SyntheticSymbol

REPLAY_SPREAD = Decimal("0.0001")
"""Recorded candles and trades tell no spread; a perpetual's is about one basis point."""


def feed_of_now(
    platform: Platform,
    clock: Clock,
    first_sequence: int,
    connector: IAPIConnector,
    on_trouble: Callable[[str], None],
    watched: Sequence[str] = (),
) -> Feed:
    """Make the feed of a running market: the connector's own where it is asked for, else a made-up one.

    `watched` are the symbols that the connector's own feed brings, those of `instruments` where there are
    none. Raises InputRefused where the connector has no prices.
    """
    if platform.feed.name == "connector":
        return connector_feed(platform, connector, clock, first_sequence, on_trouble, watched)
    if platform.feed.synthetic is None:
        what = f"{platform.feed.name} brings no prices here"
        raise InputRefused(Problem("platform.yaml", None, "feed", what, "add the key synthetic"))
    known = {one.symbol: one for one in instruments(platform)}
    return synthetic_feed(platform.feed.synthetic, known, clock, first_sequence)


def synthetic_feed(
    settings: SyntheticSettings, known: Mapping[str, Instrument], clock: Clock, first_sequence: int
) -> SyntheticFeed:
    """Make the seeded feed."""
    symbols = [
        SyntheticSymbol(
            instrument=known[symbol],
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


def connector_feed(
    platform: Platform,
    connector: IAPIConnector,
    clock: Clock,
    first_sequence: int,
    on_trouble: Callable[[str], None],
    watched: Sequence[str] = (),
) -> ConnectorFeed:
    """Make the feed of the connector's own prices; raises InputRefused where it has none."""
    if connector.market is None:
        what = f"the connector {connector.name} has no prices of its own"
        raise InputRefused(Problem("platform.yaml", None, "feed.name", what, "write synthetic or replay"))
    return ConnectorFeed(
        connector.market,
        watched or [one.symbol for one in platform.instruments],
        clock,
        max_quote_age_ms=platform.risk.max_price_age_ms,
        on_trouble=on_trouble,
        first_sequence=first_sequence,
    )


def replay_feed(sources: Sequence[ReplaySource], clock: Clock) -> ReplayFeed:
    """Make the recorded feed."""
    return ReplayFeed(sources, clock, REPLAY_SPREAD)
