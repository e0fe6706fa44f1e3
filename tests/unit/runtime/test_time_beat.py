"""Time is told with the prices, and by the clock where none come, with an id that can begin a chain."""

from collections.abc import Awaitable, Callable

from desk.bus import EventBus
from desk.contracts.events import TIME_PASSED
from desk.contracts.ids import ScheduleId
from desk.contracts.market import TimePassed
from desk.runtime.clock import VirtualClock
from desk.runtime.time_beat import TimeBeat
from desk.runtime.virtual_loop import VirtualLoop, run_virtual

BEGAN_MS = 1_000_000
EVERY_MS = 5_000

Life = Callable[[VirtualClock, TimeBeat], Awaitable[None]]


def lived(life: Life, silence_ms: int = 0) -> tuple[list[int], list[ScheduleId | None]]:
    """Return when time was told, from the beginning, and what each telling was born of."""
    heard: list[int] = []
    births: list[ScheduleId | None] = []

    async def lives(loop: VirtualLoop) -> None:
        clock = VirtualClock(loop, BEGAN_MS)
        failures: list[object] = []
        bus = EventBus(failures.append)

        def on_time(passed: TimePassed) -> None:
            heard.append(passed.time_ms - BEGAN_MS)
            cause = bus.cause()
            births.append(None if cause is None else cause.schedule_id)

        bus.subscribe(TIME_PASSED, on_time, subscriber="test")
        beat = TimeBeat(clock, bus, EVERY_MS, silence_ms)
        task = loop.create_task(beat.run())
        await life(clock, beat)
        task.cancel()
        assert not failures

    run_virtual(lives)
    return heard, births


async def nothing_comes(clock: VirtualClock, _beat: TimeBeat) -> None:
    await clock.sleep_ms(16_000)


async def a_price_every_two_seconds(clock: VirtualClock, beat: TimeBeat) -> None:
    for _ in range(8):
        await clock.sleep_ms(2_000)
        beat.on_tick()


def test_without_prices_the_clock_tells_it() -> None:
    heard, births = lived(nothing_comes)
    assert heard == [5_000, 10_000, 15_000]
    assert None not in births
    assert len(set(births)) == len(births)


def test_with_prices_it_is_told_right_after_one_and_not_more_often_than_asked() -> None:
    heard, _ = lived(a_price_every_two_seconds, silence_ms=60_000)
    assert heard == [6_000, 12_000]


def test_prices_that_come_too_slowly_leave_it_to_the_clock() -> None:
    async def slow(clock: VirtualClock, beat: TimeBeat) -> None:
        await clock.sleep_ms(70_000)
        beat.on_tick()

    heard, _ = lived(slow, silence_ms=60_000)
    assert heard == [60_000, 70_000]
