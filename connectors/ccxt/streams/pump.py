"""One stream, kept running: it waits, begins anew after every trouble, and does nothing else."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextvars import ContextVar
from typing import Protocol

from connectors.ccxt.streams.own_tasks import is_told_to_end
from connectors.ccxt.streams.pauses import Pauses
from connectors.ccxt.streams.settings import StreamSettings
from desk.contracts.connection import StreamCondition
from desk.contracts.ports.time import Clock, Rng

_running: ContextVar["Pump | None"] = ContextVar("running_pump", default=None)


class PumpOwner(Protocol):
    """Hear what becomes of a pump."""

    def woke(self) -> None:
        """Look at what came."""
        ...

    def resumed(self, pump: "Pump", *, is_first: bool) -> None:
        """Find out what the stream missed: it stands again, or for the first time."""
        ...


class Pump:
    """Await one of ccxt's watch calls for ever; its data is taken from ccxt's memory by its owner.

    `symbols` are those it brings; empty where it brings whatever the account has.
    """

    def __init__(
        self,
        name: str,
        watch: Callable[[], Awaitable[object]],
        owner: PumpOwner,
        clock: Clock,
        rng: Rng,
        settings: StreamSettings,
        *,
        symbols: tuple[str, ...] = (),
        rest_ms: int = 0,
    ) -> None:
        self.name = name
        self.symbols = symbols
        self.urls: dict[str, None] = {}
        self.is_stale = False
        self.gaps = 0
        self.standing_since_ms = 0
        self._watch = watch
        self._owner = owner
        self._clock = clock
        self._settings = settings
        self._rest_ms = rest_ms
        self._pauses = Pauses(rng, settings.first_pause_ms, settings.longest_pause_ms)
        self._has_begun = False
        self._is_interrupted = False
        self._has_failed = False
        self._waits_since_ms = 0
        self._stood_ms: int | None = None
        self._data_ms: int | None = None

    async def run(self) -> None:
        """Keep the stream running until cancelled."""
        _running.set(self)
        while True:
            failure = await self._wait()
            if failure is None:
                self._owner.woke()
                if self._rest_ms:
                    await self._clock.sleep_ms(self._rest_ms)
                continue
            self._forgive()
            self.interrupt()
            self._has_failed = True
            await self._clock.sleep_ms(self._pauses.next_ms())

    def note_data(self) -> None:
        """Note that data came just now."""
        self._data_ms = self._clock.monotonic_ms()
        self.is_stale = False
        self._has_failed = False

    def interrupt(self) -> None:
        """Note that something may be missing from here on."""
        self._is_interrupted = True

    def stand(self, *, is_new: bool) -> None:
        """Note that its connection stands, newly made or found so."""
        if not is_new and self._has_begun and not self._is_interrupted:
            return
        if is_new:
            self._has_failed = self.is_stale = False
        is_first, self._has_begun, self._is_interrupted = not self._has_begun, True, False
        if not is_first:
            self.gaps += 1
        self.standing_since_ms = self._clock.now_ms()
        self._stood_ms = self._clock.monotonic_ms()
        self._owner.resumed(self, is_first=is_first)

    def condition(self, connected: Iterable[str]) -> StreamCondition:
        """Show the stream, given which connections stand."""
        now_ms = self._clock.monotonic_ms()
        is_connected = bool(self.urls) and set(self.urls) <= set(connected)
        is_settled = not self._has_failed or now_ms - self._waits_since_ms >= self._settings.settle_ms
        return StreamCondition(
            name=self.name,
            is_up=is_connected and is_settled and not self._is_interrupted,
            is_stale=self.is_stale,
            silent_ms=None if self._data_ms is None else now_ms - self._data_ms,
            gaps=self.gaps,
            symbols=self.symbols,
        )

    async def _wait(self) -> BaseException | None:
        """Return what went wrong; None where the stream told something."""
        self._waits_since_ms = self._clock.monotonic_ms()
        try:
            await self._watch()
        except asyncio.CancelledError as cancelled:
            if is_told_to_end():
                raise
            return cancelled  # ccxt cancels whoever waits on a connection that it closes
        except Exception as error:  # noqa: BLE001 - the stream's own edge: it becomes an interruption
            return error
        return None

    def _forgive(self) -> None:
        """Begin with the shortest pause again, once for each connection that stood for a while."""
        stood_ms, self._stood_ms = self._stood_ms, None
        if stood_ms is not None and self._clock.monotonic_ms() - stood_ms >= self._settings.steady_ms:
            self._pauses.reset()


def running_pump() -> Pump | None:
    """Return the pump in whose task this runs."""
    return _running.get()
