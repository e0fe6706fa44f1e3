"""One look a second at what the desk cannot do without: the venue, the disk, the time itself."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from desk.contracts.connection import StreamCondition
from desk.contracts.states import AlarmSeverity, DeskState
from desk.execution.alarm_subjects import LATCH
from desk.execution.alarms import Alarms
from desk.runtime.connection_watch import STREAM, ConnectionWatch, Trouble
from desk.runtime.core import DeskCore
from desk.runtime.lost_time import Lost, LostTime
from desk.runtime.supervised_connector import ConnectorRenewal
from desk.runtime.troubles import TroubleDesk

LOOK_EVERY_MS = 1_000
_LOOK_AT_DISK_EVERY = 10
_BLOCKED_MS = 1_000
_BLOCKED_TOO_LONG_MS = 5_000
_JUMPED_MS = 5_000
_UNREAD_COMPARISONS = 3
_MB = 1_000_000
_MS_PER_S = 1_000
_BY = "platform.supervisor"


@dataclass(frozen=True, slots=True)
class Disk:
    """Tell how much room is left, and how much must be; `free_bytes` raises OSError."""

    free_bytes: Callable[[], int]
    least_bytes: int


class Supervisor:
    """Look, latch where it is not safe to take risk, and set right what can be set right."""

    def __init__(
        self,
        core: DeskCore,
        watch: ConnectionWatch,
        renewal: ConnectorRenewal,
        alarms: Alarms,
        disk: Disk,
        log: Callable[[str, str], None],
    ) -> None:
        self._core = core
        self._watch = watch
        self._renewal = renewal
        self._alarms = alarms
        self._disk = disk
        self._log = log
        parts = core.parts
        self._clock = parts.clock
        self._state = parts.execution.state
        self._troubles = TroubleDesk(self._state, alarms, _BY)
        self._lost = LostTime(parts.clock)
        self._looks = 0
        self._of_connection: tuple[Trouble, ...] = ()
        self._gaps: dict[str, int] = {}
        self._disk_trouble: tuple[Trouble, ...] = ()
        self._compared: tuple[int | None, int] = (None, parts.clock.monotonic_ms())

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            await self._clock.sleep_ms(LOOK_EVERY_MS)
            self.look()

    def look(self) -> None:
        """Look once, a second after the look before."""
        self._take_lost(self._lost.look(LOOK_EVERY_MS))
        now_ms = self._clock.monotonic_ms()
        connection = self._core.parts.connector.connection
        if not self._renewal.is_closed:  # else it shows nothing, and all is as it was
            streams = self._of_streams
            self._of_connection = self._watch.troubles(connection, now_ms)
            if streams - self._of_streams:
                self._compare_again()  # what the streams did not tell meanwhile
            self._note_gaps(connection.streams)
            troubles = [one.text for one in self._of_connection if one.state is not DeskState.ACTIVE]
            self._core.parts.view.trouble = "; ".join(troubles) or None
        self._troubles.take((*self._of_connection, *self._unread(now_ms), *self._full_disk()))
        is_broken = any(one.is_broken_stream for one in self._of_connection)
        self._renewal.look(is_wanted=is_broken and not connection.banned_for_ms)

    def _note_gaps(self, streams: Sequence[StreamCondition]) -> None:
        """Log each interruption: one that the connector mended by itself is no alarm."""
        for one in streams:
            if one.gaps > self._gaps.get(one.name, 0):
                text = f"{one.name}: for the {one.gaps}. time since it was opened; what it missed is read"
                self._log("stream interrupted", text)
        self._gaps = {one.name: one.gaps for one in streams}

    @property
    def _of_streams(self) -> frozenset[str]:
        return frozenset(one.key for one in self._of_connection if one.key.startswith(STREAM))

    def _take_lost(self, lost: Lost) -> None:
        if lost.blocked_ms >= _BLOCKED_TOO_LONG_MS:
            text = f"the desk saw nothing for {lost.blocked_ms} ms: its process was blocked or stopped"
            self._state.tighten(DeskState.REDUCING, text, _BY)
            told = f"{text}; no new risk until it is re-armed"
            self._alarms.raise_alarm(AlarmSeverity.CRITICAL, told, about=LATCH)
            self._compare_again()
        elif lost.blocked_ms >= _BLOCKED_MS:
            self._log("core blocked", f"the core's loop woke {lost.blocked_ms} ms late")
        if not abs(lost.jumped_ms) <= _JUMPED_MS:
            text = (
                f"this machine's clock jumped by {lost.jumped_ms:+} ms: it slept, or somebody set the clock"
            )
            self._alarms.raise_alarm(AlarmSeverity.WARNING, f"{text}; the venue is compared again")
            self._compare_again()

    def _compare_again(self) -> None:
        self._core.parts.spawner.spawn("compare again", self._compare())

    async def _compare(self) -> None:
        await self._core.parts.execution.reconciliation.run()

    def _unread(self, now_ms: int) -> Iterator[Trouble]:
        """Tell that the venue has not been compared for several times as long as it should."""
        parts = self._core.parts
        succeeded_ms = parts.execution.reconciliation.succeeded_at_ms
        if succeeded_ms != self._compared[0]:
            self._compared = (succeeded_ms, now_ms)
        every_ms = parts.reconcile_every_ms
        unread_ms = now_ms - self._compared[1]
        if every_ms is not None and unread_ms > _UNREAD_COMPARISONS * every_ms:
            text = (
                f"{parts.connector.name} could not be compared with the ledger for {unread_ms // _MS_PER_S} s"
            )
            yield Trouble("comparison", text)

    def _full_disk(self) -> tuple[Trouble, ...]:
        self._looks += 1
        if self._looks % _LOOK_AT_DISK_EVERY == 1:
            self._disk_trouble = tuple(self._disk_troubles())
        return self._disk_trouble

    def _disk_troubles(self) -> Iterator[Trouble]:
        try:
            free_bytes = self._disk.free_bytes()
        except OSError as error:
            yield Trouble("disk", f"the disk of the journal cannot be looked at: {error.strerror}")
            return
        if not free_bytes >= self._disk.least_bytes:
            free_mb, least_mb = free_bytes // _MB, self._disk.least_bytes // _MB
            yield Trouble("disk", f"the disk of the journal has {free_mb} MB left, below {least_mb} MB")
