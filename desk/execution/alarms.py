"""Tell the operator what must not pass in silence, and when it is over."""

from collections.abc import Sequence

from pydantic import TypeAdapter

from desk.bus import EventBus
from desk.contracts import events
from desk.contracts.ids import AlarmId, TradeId
from desk.contracts.ports.store import LedgerView, Recorder
from desk.contracts.ports.time import Clock, IdSource
from desk.contracts.records import AlarmEnded, AlarmRaised, EntryKind, JournalEntry, WorkerStateSaved
from desk.contracts.states import AlarmSeverity
from desk.execution.alarm_subjects import About, Standing, Subject

_PLATFORM = "platform"
_WORKER = "platform.alarms"
_STANDING: TypeAdapter[Standing] = TypeAdapter(Standing)


class Alarms:
    """Raise alarms: in the journal, on the bus, and so on every screen.

    One that is `about` something stands until that is over. What stands is remembered durably, so that a
    restart neither doubles it nor leaves it standing for ever.
    """

    def __init__(
        self, bus: EventBus, recorder: Recorder, clock: Clock, ids: IdSource, ledger: LedgerView
    ) -> None:
        self._bus = bus
        self._recorder = recorder
        self._clock = clock
        self._ids = ids
        kept = ledger.worker_memory(_PLATFORM, _WORKER).values()
        restored = [_STANDING.validate_json(one) for one in kept]
        self._standing = {one.alarm.alarm_id: one for one in restored}

    def raise_alarm(
        self,
        severity: AlarmSeverity,
        text: str,
        *causes: str,
        symbol: str | None = None,
        trade_id: TradeId | None = None,
        about: About | None = None,
        before: tuple[JournalEntry, ...] = (),
        beside: tuple[JournalEntry, ...] = (),
    ) -> None:
        """Tell the operator; entries `before` and `beside` the alarm are durable with it or not at all.

        What stands already in the same words is not told again.
        """
        if any((one.about, one.alarm.text) == (about, text) for one in self._standing.values()):
            return
        alarm = AlarmRaised(self._ids.new(AlarmId), severity, text, symbol, trade_id)
        entry = JournalEntry(
            EntryKind.ALARM_RAISED,
            alarm.alarm_id,
            self._clock.now_ms(),
            alarm,
            causes=causes,
            trade_id=trade_id,
            symbol=symbol,
        )
        kept: tuple[JournalEntry, ...] = ()
        if about is not None:
            standing = Standing(about, alarm)
            kept = (self._memory(alarm.alarm_id, _STANDING.dump_json(standing).decode()),)
            self._standing[alarm.alarm_id] = standing
        self._recorder.record(*before, entry, *kept, *beside)
        self._bus.publish(events.ALARM_RAISED, alarm)

    def standing(self, subject: Subject) -> Sequence[Standing]:
        """Return the alarms about one kind of thing that are not over, oldest first."""
        return [one for one in self._standing.values() if one.about.subject is subject]

    def end(self, about: About, how: str = "") -> None:
        """Tell that what alarms were about is over; `how` says what came instead."""
        for one in [one for one in self._standing.values() if one.about == about]:
            self._end(one.alarm, how)

    def _end(self, alarm: AlarmRaised, how: str) -> None:
        del self._standing[alarm.alarm_id]
        text = f"{alarm.text}: {how}" if how else alarm.text
        entry = JournalEntry(
            EntryKind.ALARM_ENDED,
            alarm.alarm_id,
            self._clock.now_ms(),
            AlarmEnded(alarm.alarm_id, alarm.severity, text),
            trade_id=alarm.trade_id,
            symbol=alarm.symbol,
        )
        self._recorder.record(entry, self._memory(alarm.alarm_id, None))

    def _memory(self, alarm_id: AlarmId, value: str | None) -> JournalEntry:
        record = WorkerStateSaved(_PLATFORM, _WORKER, alarm_id, value)
        now_ms = self._clock.now_ms()
        return JournalEntry(EntryKind.WORKER_STATE_SAVED, _WORKER, now_ms, record, worker=_WORKER)
