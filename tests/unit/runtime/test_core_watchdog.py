"""A thread sees a core that stands still, says where, and says it once."""

import threading
from queue import Queue

from desk.runtime.clock import WallClock
from desk.runtime.core_watchdog import CoreWatchdog

LIMIT_MS = 600
WITHIN_S = 30


def stand_still(until: threading.Event) -> None:
    until.wait(WITHIN_S)


def test_a_core_that_does_not_beat_is_told_with_its_place_once_each_time() -> None:
    told: Queue[tuple[int, str]] = Queue()
    seen = threading.Event()

    def on_blocked(blocked_ms: int, place: str) -> None:
        told.put((blocked_ms, place))
        seen.set()

    watchdog = CoreWatchdog(WallClock().monotonic_ms, LIMIT_MS, on_blocked)
    watchdog.begin()
    for _ in range(2):
        stand_still(seen)
        blocked_ms, place = told.get(timeout=WITHIN_S)
        assert blocked_ms >= LIMIT_MS
        assert "test_core_watchdog.py" in place
        assert place.index("stand_still") < place.index("wait")
        seen.clear()
        watchdog.beat()
    watchdog.end()


def test_a_core_that_beats_is_left_alone() -> None:
    told: list[int] = []
    watchdog = CoreWatchdog(WallClock().monotonic_ms, 60_000, lambda blocked_ms, _: told.append(blocked_ms))
    watchdog.begin()
    watchdog.beat()
    watchdog.end()
    assert told == []
