"""A connector whose streams do not come back by themselves is closed and opened again."""

from collections.abc import Callable

from desk.contracts.ports.connector import IAPIConnector
from desk.contracts.ports.time import Clock, Rng, Spawner
from desk.contracts.problems import DeskError
from desk.runtime.backoff import Backoff


class ConnectorRenewal:
    """Renew a connector, after 1 s at first and 60 s at most, while that is wanted.

    It is never done while anything is under way at the venue, as `is_quiet` tells. What was opened anew has
    `settle_ms` to prove itself before it is tried again.
    """

    def __init__(
        self,
        connector: IAPIConnector,
        clock: Clock,
        spawner: Spawner,
        rng: Rng,
        *,
        is_quiet: Callable[[], bool],
        settle_ms: int,
        log: Callable[[str, str], None],
    ) -> None:
        self._connector = connector
        self._clock = clock
        self._spawner = spawner
        self._backoff = Backoff(rng)
        self._is_quiet = is_quiet
        self._settle_ms = settle_ms
        self._log = log
        self._due_ms: int | None = None
        self._is_running = False
        self.is_closed = False
        """Whether it is closed for now: what it shows of itself means nothing."""
        self.renewals = 0

    def look(self, *, is_wanted: bool) -> None:
        """Begin a renewal where it is wanted, due, and nothing is under way.

        A connector that could be closed but not opened again is opened as soon as anything needs it.
        """
        if self._is_running:
            return
        if not is_wanted and not self.is_closed:
            self._due_ms = None
            self._backoff.reset()
            return
        now_ms = self._clock.monotonic_ms()
        if self._due_ms is None:
            self._due_ms = now_ms + self._backoff.next_ms()
        is_due, is_quiet = now_ms >= self._due_ms, self._is_quiet()
        if (is_due or not is_quiet) if self.is_closed else (is_due and is_quiet):
            self._is_running = True
            self._spawner.spawn("connector renewal", self._renew())

    async def _renew(self) -> None:
        self.renewals += 1
        pause_ms = self._backoff.next_ms()
        self._log("connector restarts", f"{self._connector.name}: attempt {self.renewals} in this run")
        try:
            if not self.is_closed:
                await self._close()
            await self._connector.open()
            self.is_closed = False
            pause_ms += self._settle_ms
        except DeskError as failure:
            self._log("connector not restarted", f"{self._connector.name}: {failure}")
        finally:
            self._due_ms = self._clock.monotonic_ms() + pause_ms
            self._is_running = False

    async def _close(self) -> None:
        self.is_closed = True
        try:
            await self._connector.close()
        except DeskError as failure:
            self._log("connector not closed cleanly", f"{self._connector.name}: {failure}")
