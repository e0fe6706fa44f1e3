"""What differs between a desk on prices of now and one on recorded ones: clock, feed, storage, schedules."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from desk.bootstrap.feeds import feed_of_now, replay_feed
from desk.bootstrap.outside import RunSchedules
from desk.bootstrap.settings import instruments
from desk.config.configuration import Configuration
from desk.config.market_settings import ReplaySettings
from desk.config.storage import StorageLayout
from desk.contracts.ports.connector import IAPIConnector
from desk.contracts.ports.feed import Feed
from desk.contracts.ports.time import Clock
from desk.contracts.problems import InputRefused, Problem
from desk.contracts.states import TradingMode
from desk.feeds.csv_survey import survey
from desk.feeds.replay import ReplaySource
from desk.runtime.clock import PacedClock, WallClock
from desk.runtime.scheduler import ScheduleDriver, apscheduler_wakes

_SEQUENCE_BITS = 32

MakeFeed = Callable[[IAPIConnector, Callable[[str], None], Sequence[str]], Feed]
"""From the connector, which may have prices of its own, who hears what is wrong with them, and of what."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Hold what differs between prices of now and recorded ones at a pace; mode None is the connector's."""

    clock: Clock
    make_feed: MakeFeed
    mode: TradingMode | None
    storage: StorageLayout
    run_schedules: RunSchedules


def surroundings_of(configuration: Configuration) -> Surroundings:
    """Return what a configuration's feed asks for; raises InputRefused where a recording cannot be played."""
    platform = configuration.platform
    if platform.feed.name == "replay":
        return _replaying(configuration)
    clock = WallClock()
    make_feed = partial(feed_of_now, platform, clock, secrets.randbits(_SEQUENCE_BITS))
    return Surroundings(clock, make_feed, None, configuration.storage, _schedules)


def _replaying(configuration: Configuration) -> Surroundings:
    replay = configuration.platform.feed.replay or ReplaySettings()
    if replay.speed == "as_fast":
        remedy = "write how many times the recorded speed, or use `desk replay`"
        what = "as_fast needs a virtual clock, and this command runs by the machine's"
        raise InputRefused(Problem("platform.yaml", None, "feed.replay.speed", what, remedy))
    known = {one.symbol: one for one in instruments(configuration.platform)}
    sources = [ReplaySource(known[symbol], Path(file)) for symbol, file in replay.files.items()]
    for source in sources:
        survey(source.path)
    start_ms = replay_feed(sources, WallClock()).first_ms()
    paced = PacedClock(start_ms, float(replay.speed))  # a clock's speed is not money
    feed = replay_feed(sources, paced)
    run_schedules = partial(_paced_schedules, paced)
    return Surroundings(
        paced, lambda *_: feed, TradingMode.REPLAY, configuration.storage.replay, run_schedules
    )


async def _paced_schedules(clock: PacedClock, driver: ScheduleDriver) -> None:
    await driver.run(clock.sleep_until_ms)


async def _schedules(driver: ScheduleDriver) -> None:
    async with apscheduler_wakes(driver) as wait:
        await driver.run(wait)
