"""Time that passes without prices is told at round instants, with an id that can begin a chain."""

from desk.bus import EventBus
from desk.contracts.events import TIME_PASSED
from desk.contracts.ids import ScheduleId
from desk.contracts.market import TimePassed
from desk.runtime.clock import VirtualClock
from desk.runtime.time_beat import TimeBeat
from desk.runtime.virtual_loop import VirtualLoop, run_virtual

EVERY_MS = 15_000


def test_it_beats_at_multiples_of_its_pause() -> None:
    heard: list[TimePassed] = []
    causes: list[ScheduleId | None] = []

    async def lives(loop: VirtualLoop) -> None:
        clock = VirtualClock(loop, 1_000_007)
        failures: list[object] = []
        bus = EventBus(failures.append)

        def on_time(passed: TimePassed) -> None:
            heard.append(passed)
            cause = bus.cause()
            causes.append(None if cause is None else cause.schedule_id)

        bus.subscribe(TIME_PASSED, on_time, subscriber="test")
        task = loop.create_task(TimeBeat(clock, bus, EVERY_MS).run())
        await clock.sleep_ms(40_000)
        task.cancel()

    run_virtual(lives)
    assert [one.time_ms for one in heard] == [1_005_000, 1_020_000, 1_035_000]
    assert causes == [one.id for one in heard]
    assert len(set(causes)) == len(causes)
