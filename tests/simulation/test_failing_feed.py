"""A feed that fails is begun again; a core that fails is not."""

import random
from collections.abc import AsyncIterator, Sequence
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

from desk.bootstrap.supervision import Supervision, supervision
from desk.contracts.market import Bar, Tick
from desk.contracts.ports.time import Clock
from desk.contracts.problems import ReadFailed
from desk.contracts.records import AlarmEnded, AlarmRaised
from desk.contracts.states import DeskState
from tests.builders.desk import DeskHouse
from tests.builders.living_desk import PERP, LivingDesk


class FailingFeed:
    """A tick each second; while `is_down` it fails, at once or with its next tick."""

    symbols: Sequence[str] = (PERP,)

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.is_down = False
        self.begun: list[int] = []
        self._sequence = 0

    def watch(self, symbol: str) -> bool:
        return symbol in self.symbols

    async def ticks(self) -> AsyncIterator[Tick]:
        self.begun.append(self._clock.monotonic_ms())
        while True:
            if self.is_down:
                raise ReadFailed("the prices are gone")
            self._sequence += 1
            price, now_ms = Decimal(50_000), self._clock.now_ms()
            yield Tick(PERP, now_ms, price, price - 1, price + 1, Decimal(1), self._sequence)
            await self._clock.sleep_ms(1_000)

    async def history(self, symbol: str, interval_ms: int, count: int) -> Sequence[Bar]:
        return ()

    async def close(self) -> None:
        return


class Fed:
    """A desk fed under supervision, and what became of it."""

    def __init__(self, folder: Path) -> None:
        self.log: list[str] = []
        self._feeds: list[FailingFeed] = []
        self.house = DeskHouse(folder, feed=lambda _, clock, __: self._made(clock))

    def _made(self, clock: Clock) -> FailingFeed:
        self._feeds.append(FailingFeed(clock))
        return self._feeds[-1]

    @property
    def feed(self) -> FailingFeed:
        return self._feeds[-1]

    def looking_after(self, living: LivingDesk) -> Supervision:
        platform, folder = self.house.configuration.platform, self.house.state.folder
        rng = random.Random(1)
        return supervision(living.desk, platform, folder, rng, lambda event, _: self.log.append(event))


def state_of(living: LivingDesk) -> DeskState:
    return living.desk.core.parts.execution.state.current


def told(living: LivingDesk, kind: type[AlarmRaised | AlarmEnded]) -> list[str]:
    return [one.record.text for one in living.entries if isinstance(one.record, kind)]


def test_a_feed_that_fails_is_begun_again_until_ticks_come(tmp_path: Path) -> None:
    fed = Fed(tmp_path)

    async def script(living: LivingDesk) -> None:
        living.supervisor.spawn("core", fed.looking_after(living).feed.run())
        await living.pass_ms(10_500)
        assert living.desk.core.ticks == 11
        fed.feed.is_down = True
        await living.pass_ms(3_000)
        assert state_of(living) is DeskState.ACTIVE, "it may yet heal"
        assert told(living, AlarmRaised) == [
            "the feed failed: ReadFailed: the prices are gone; it is begun again"
        ]
        await living.pass_ms(300_000)
        assert state_of(living) is DeskState.REDUCING
        assert len(told(living, AlarmRaised)) == 1
        pauses = [after - before for before, after in pairwise(fed.feed.begun[1:])]
        assert 1_000 <= min(pauses) <= max(pauses) <= 60_000
        assert pauses[-1] > 40_000
        fed.feed.is_down = False
        ticks = living.desk.core.ticks
        await living.pass_ms(70_000)
        assert living.desk.core.ticks > ticks
        assert told(living, AlarmEnded) == told(living, AlarmRaised)
        assert state_of(living) is DeskState.REDUCING, "the latch stays"
        begun = len(fed.feed.begun)
        await living.pass_ms(70_000)
        fed.feed.is_down = True
        await living.pass_ms(3_000)
        assert len(fed.feed.begun) == begun + 1, "pauses are short again"

    fed.house.live(script)
    assert fed.log.count("feed restarted") == 1


def test_an_error_of_the_core_is_no_failure_of_the_feed(tmp_path: Path) -> None:
    fed = Fed(tmp_path)

    async def script(living: LivingDesk) -> None:
        def on_tick(tick: Tick) -> None:
            raise ZeroDivisionError(f"no price in {tick}")

        living.desk.core.on_tick = on_tick  # type: ignore[method-assign]  # what is broken here
        with pytest.raises(ZeroDivisionError):
            await fed.looking_after(living).feed.run()
        assert len(fed.feed.begun) == 1

    fed.house.live(script)
    assert fed.log == []
