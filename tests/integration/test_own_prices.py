"""A desk on its connector's own prices: it warms up, trades, is stopped out, and knows which tick was why."""

import asyncio
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from connectors.registry import ConnectorParts, ConnectorSettings, create
from desk.bootstrap import venue
from desk.bootstrap.assembly import Desk
from desk.bootstrap.feeds import connector_feed
from desk.bootstrap.live import LiveRun, run_live
from desk.config.market_settings import FeedSettings
from desk.contracts.execution import FlowCompletion, FlowOutcome
from desk.contracts.market import Bar, Tick
from desk.contracts.ports.connector import IAPIConnector
from desk.contracts.ports.feed import Feed
from desk.contracts.ports.time import Clock
from desk.contracts.problems import InputRefused
from desk.contracts.records import AlarmRaised
from desk.contracts.snapshot import Figure, Source
from desk.runtime.clock import WallClock
from desk.runtime.faults import FaultDesk
from tests.builders.desk import START_MS, TINY, DeskHouse
from tests.builders.living_desk import PERP, SPOT, LivingDesk
from tests.builders.market_source import HandSource, with_prices

MINUTE_MS = 60_000
BREAKS_OUT = """\
name: tiny
mode: direct
symbols: [BTC/USDT:USDT]
workers:
  - use: breakout_opportunity
    parameters: {symbol: BTC/USDT:USDT, interval_ms: 60000, lookback_bars: 3, min_range: 0}
planners:
  entry: [{use: market}]
  size: [{use: fixed_notional}]
  exit: [{use: stop_and_target}]
direct:
  signal_type: BREAKOUT
  min_confidence: 0
  size: {notional_quote: 5000}
  exit: {stop_loss_tolerance: 0.01, risk_reward_ratio: 2}
"""


def past(*closes: int) -> list[Bar]:
    """Make minute bars, ten high, and an open one: the venue does not tell which is which."""
    begin_ms = START_MS - len(closes) * MINUTE_MS
    bars = [
        Bar(PERP, begin_ms + place * MINUTE_MS, MINUTE_MS, each, each + 5, each - 5, each, Decimal(1))
        for place, each in enumerate(map(Decimal, closes))
    ]
    return [*bars, replace(bars[-1], open_time_ms=START_MS)]


def house(folder: Path, source: HandSource, blueprint: str = BREAKS_OUT) -> DeskHouse:
    def feed(connector: IAPIConnector, clock: Clock, faults: FaultDesk) -> Feed:
        return connector_feed(made.configuration.platform, connector, clock, 1, faults.on_feed_trouble)

    made = DeskHouse(
        folder, blueprints=[blueprint], wrap=lambda paper, *_: with_prices(paper, source), feed=feed
    )
    return made


async def plays(desk: LivingDesk, source: HandSource, *prices: int, every_ms: int = 1_000) -> None:
    """Let the venue quote and trade at each price, and the desk take that."""
    for price in prices:
        now_ms = desk.clock.now_ms()
        source.quote(now_ms, f"{price - 1}", f"{price + 1}", PERP)
        source.trade(now_ms, f"{price}", "20", PERP, trade_id=f"{now_ms}")
        await desk.clock.sleep_ms(every_ms)


def end_of(desk: LivingDesk) -> list[FlowOutcome]:
    return [one.record.outcome for one in desk.entries if isinstance(one.record, FlowCompletion)]


def test_a_desk_lives_on_its_connector_s_prices(tmp_path: Path) -> None:
    source = HandSource(past(50_000, 50_001, 50_002))

    async def lives(desk: LivingDesk) -> None:
        desk.supervisor.spawn("feed", desk.desk.core.run())
        await plays(desk, source, 50_003, 50_004, 50_005, 50_030, 50_050, every_ms=MINUTE_MS // 2)
        [trade] = desk.positions  # a bar broke out of three, two of which only the history knows
        assert trade.size_base == Decimal("0.099")
        assert trade.stop_price is not None
        await plays(desk, source, 50_060, 49_900, 49_000, 48_990)
        assert not desk.positions
        assert end_of(desk) == [FlowOutcome.SUCCESS, FlowOutcome.SUCCESS]
        ticks = [one.record for one in desk.entries if isinstance(one.record, Tick)]
        assert ticks[0].bid == 50_049  # the quote that closed the bar
        assert not [one for one in desk.entries if isinstance(one.record, AlarmRaised)]

    life = house(tmp_path, source).live(lives)
    assert not life.complaints
    assert source.subscribed == (SPOT, PERP)


def test_prices_that_fall_silent_grow_stale_on_the_screen(tmp_path: Path) -> None:
    source = HandSource()

    async def falls_silent(desk: LivingDesk) -> None:
        desk.supervisor.spawn("feed", desk.desk.core.run())
        await plays(desk, source, 50_000, every_ms=60_000)
        assert {row.symbol: row.is_stale for row in desk.desk.camera.take().feeds} == {
            SPOT: True,
            PERP: False,
        }
        await desk.pass_ms(1)
        [spot, perpetual] = desk.desk.camera.take().feeds
        assert perpetual.is_stale
        assert perpetual.last == Figure(Decimal(50_000), Source.FEED, 60_001)
        assert spot.last.value is None

    house(tmp_path, source, TINY).live(falls_silent)


def test_rubbish_from_the_venue_is_alarmed_and_harms_nothing(tmp_path: Path) -> None:
    source = HandSource(None)

    async def hears_rubbish(desk: LivingDesk) -> None:
        desk.supervisor.spawn("feed", desk.desk.core.run())
        await plays(desk, source, 50_000)
        source.quote(desk.clock.now_ms(), "NaN", "50001", PERP)
        source.trade(desk.clock.now_ms(), "0", "1", PERP)
        await plays(desk, source, 50_001)
        alarms = [one.record.text for one in desk.entries if isinstance(one.record, AlarmRaised)]
        assert [one.partition(": ")[2][:12] for one in alarms] == ["no bars to w", "bid NaN and "]
        assert desk.desk.core.parts.board.mark(PERP) == 50_001

    life = house(tmp_path, source).live(hears_rubbish)
    assert all(one.startswith("feed: ") for one in life.complaints)


def run_of(configured: DeskHouse, stop: asyncio.Event, seen: list[Desk]) -> LiveRun:
    """Ask for a run with `feed.name: connector`, which no connector of today may be configured for."""
    file = configured.configuration.platform_file
    own = file.platform.model_copy(update={"feed": FeedSettings(name="connector")})
    state = own.storage.model_copy(update={"path": str(configured.state.folder)})
    platform = own.model_copy(update={"storage": state})
    configuration = replace(configured.configuration, platform_file=replace(file, platform=platform))
    return LiveRun(configuration, 60_000, stop, lambda _: None, seen.append, lambda *_: None)


async def quotes(source: HandSource, desk: Desk, stop: asyncio.Event) -> None:
    """Quote by the machine's clock until the desk has taken ten ticks."""
    clock = WallClock()
    while desk.core.ticks < 10:
        source.quote(clock.now_ms(), "49999", "50001", PERP)
        await clock.sleep_ms(1)
    stop.set()


def test_a_live_desk_takes_its_connector_s_prices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, desks = HandSource(), list[Desk]()

    def priced(settings: ConnectorSettings, parts: ConnectorParts) -> IAPIConnector:
        return with_prices(create(settings, parts), source)

    async def main() -> None:
        stop = asyncio.Event()
        run = run_of(DeskHouse(tmp_path), stop, desks)

        def started(desk: Desk) -> None:
            desks.append(desk)
            desk.core.parts.spawner.spawn("market", quotes(source, desk, stop))

        await run_live(replace(run, on_started=started))

    monkeypatch.setattr(venue, "create", priced)
    asyncio.run(main())
    [desk] = desks
    assert desk.core.ticks >= 10
    quote = desk.core.parts.board.quote(PERP)
    assert quote is not None
    assert quote.mid == 50_000


def test_a_connector_without_prices_is_refused_before_anything_starts(tmp_path: Path) -> None:
    desks: list[Desk] = []
    run = run_of(DeskHouse(tmp_path), asyncio.Event(), desks)
    with pytest.raises(InputRefused) as refused:
        asyncio.run(run_live(run))
    [problem] = refused.value.problems
    assert str(problem) == (
        "platform.yaml: feed.name: the connector paper has no prices of its own; write synthetic or replay"
    )
    assert not desks
