"""Tell the operator what must not pass in silence."""

from desk.bus import EventBus
from desk.contracts import events
from desk.contracts.ids import AlarmId, TradeId
from desk.contracts.ports.store import Recorder
from desk.contracts.ports.time import Clock, IdSource
from desk.contracts.records import AlarmEnded, AlarmRaised, EntryKind, JournalEntry
from desk.contracts.states import AlarmSeverity


class Alarms:
    """Raise alarms: in the journal, on the bus, and so on every screen."""

    def __init__(self, bus: EventBus, recorder: Recorder, clock: Clock, ids: IdSource) -> None:
        self._bus = bus
        self._recorder = recorder
        self._clock = clock
        self._ids = ids

    def raise_alarm(
        self,
        severity: AlarmSeverity,
        text: str,
        *causes: str,
        symbol: str | None = None,
        trade_id: TradeId | None = None,
        before: tuple[JournalEntry, ...] = (),
        beside: tuple[JournalEntry, ...] = (),
    ) -> AlarmRaised:
        """Tell the operator; entries `before` and `beside` the alarm are durable with it or not at all."""
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
        self._recorder.record(*before, entry, *beside)
        self._bus.publish(events.ALARM_RAISED, alarm)
        return alarm

    def end_alarm(self, alarm: AlarmRaised, text: str) -> None:
        """Tell that what an alarm was about is over."""
        ended = AlarmEnded(alarm.alarm_id, alarm.severity, text)
        entry = JournalEntry(
            EntryKind.ALARM_ENDED,
            alarm.alarm_id,
            self._clock.now_ms(),
            ended,
            trade_id=alarm.trade_id,
            symbol=alarm.symbol,
        )
        self._recorder.record(entry)
