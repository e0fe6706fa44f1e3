"""A thread that sees when the core's loop stands still, which the loop itself cannot tell."""

import sys
import threading
import traceback
from collections.abc import Callable

_LOOK_EVERY_S = 0.5
_FRAMES_SHOWN = 12


class CoreWatchdog:
    """Call `on_blocked`, on its own thread, once for each time the core does not beat for `limit_ms`.

    It is told where the loop's thread was, by files, lines and names alone: never by values.
    """

    def __init__(
        self, monotonic_ms: Callable[[], int], limit_ms: int, on_blocked: Callable[[int, str], None]
    ) -> None:
        self._monotonic_ms = monotonic_ms
        self._limit_ms = limit_ms
        self._on_blocked = on_blocked
        self._core = threading.get_ident()
        self._beat_ms = monotonic_ms()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="core watchdog", daemon=True)

    def begin(self) -> None:
        """Begin to watch the thread that made it."""
        self.beat()
        self._thread.start()

    def beat(self) -> None:
        """Tell that the core lives."""
        self._beat_ms = self._monotonic_ms()

    def end(self) -> None:
        """Watch no more."""
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        told_beat_ms: int | None = None
        while not self._ended.wait(_LOOK_EVERY_S):
            beat_ms = self._beat_ms
            blocked_ms = self._monotonic_ms() - beat_ms
            if blocked_ms >= self._limit_ms and told_beat_ms != beat_ms:
                told_beat_ms = beat_ms
                self._on_blocked(blocked_ms, self._place())

    def _place(self) -> str:
        frame = sys._current_frames().get(self._core)  # noqa: SLF001 - the only way to see another thread
        if frame is None:
            return "nowhere"
        calls = traceback.extract_stack(frame)[-_FRAMES_SHOWN:]
        return " > ".join(f"{one.filename}:{one.lineno} {one.name}" for one in calls)
