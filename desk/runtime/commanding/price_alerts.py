"""Price alerts: set by hand, watched at every tick, told once."""

from dataclasses import dataclass
from decimal import Decimal

from pydantic import TypeAdapter

from desk.contracts import events
from desk.contracts.causality import CausalityChain
from desk.contracts.commands import CommandOutcome, RemovePriceAlert, SetPriceAlert
from desk.contracts.directives import OPERATOR_STRATEGY
from desk.contracts.ids import ManualId
from desk.contracts.market import Tick
from desk.contracts.snapshot import PriceAlertRow
from desk.contracts.states import AlarmSeverity
from desk.ledger.ledger import Ledger
from desk.runtime.commanding.answering import Answers, CommandRefused
from desk.runtime.commanding.checking import instrument_of, named, no_price_yet, positive
from desk.runtime.commanding.first_prices import FirstPrices
from desk.runtime.commanding.notes import OperatorNotes
from desk.runtime.commanding.parts import CommandParts

_SUBJECT = "platform.price_alerts"
_MOST = 200
_ROW = TypeAdapter(PriceAlertRow)


def alert_symbols(ledger: Ledger) -> list[str]:
    """Return the symbols for whose prices alerts of earlier runs still wait."""
    notes = ledger.worker_memory(OPERATOR_STRATEGY, _SUBJECT)
    return [_ROW.validate_json(text).symbol for text in notes.values()]


@dataclass(frozen=True, slots=True)
class _Mark:
    """Hold the price of one tick."""

    price: Decimal

    def meets(self, alert: PriceAlertRow) -> bool:
        return self.price >= alert.price if alert.is_above else self.price <= alert.price


class PriceAlerts:
    """Wait for prices; the id of an alert is that of the command that set it."""

    def __init__(self, parts: CommandParts, answers: Answers, first: FirstPrices) -> None:
        self._parts = parts
        self._first = first
        self._answers = answers
        self._notes = OperatorNotes(_SUBJECT, parts.ledger, parts.clock)
        self._waiting: dict[str, list[PriceAlertRow]] = {}
        for text in self._notes.all().values():
            self._wait_for(_ROW.validate_json(text))
        parts.bus.subscribe(events.TICK_RECEIVED, self.on_tick, subscriber=_SUBJECT)

    def rows(self) -> tuple[PriceAlertRow, ...]:
        """Return the alerts that wait, oldest first."""
        waiting = [one for alerts in self._waiting.values() for one in alerts]
        return tuple(sorted(waiting, key=lambda one: (one.set_at_ms, one.alert_id)))

    async def set(self, command: SetPriceAlert, manual_id: ManualId) -> CommandOutcome:
        """Wait for a price from the side the mark is on now."""
        instrument_of(self._parts.view, command.symbol)
        await self._first.wait(command.symbol)
        price, mark = positive("price", command.price), self._mark(command.symbol)
        if price == mark:
            raise CommandRefused(f"the mark of {command.symbol} is {mark} already: give a price beside it")
        twin = next((one for one in self._waiting.get(command.symbol, ()) if one.price == price), None)
        if twin is not None:
            raise CommandRefused(f"{twin.alert_id} waits for {command.symbol} at {price} already")
        if len(self.rows()) >= _MOST:
            raise CommandRefused(f"{_MOST} alerts wait already, which is the most: remove one first")
        row = PriceAlertRow(manual_id, command.symbol, price, price > mark, self._parts.clock.now_ms())
        self._parts.recorder.record(self._notes.entry(manual_id, _ROW.dump_json(row).decode(), manual_id))
        self._wait_for(row)
        word = "rises" if row.is_above else "falls"
        return self._answers.done(
            manual_id, f"{manual_id} waits until {row.symbol} {word} to {price}; it is at {mark}"
        )

    def _mark(self, symbol: str) -> Decimal:
        quote = self._parts.view.quote(symbol)
        if quote is None or not quote.mid.is_finite():
            raise CommandRefused(no_price_yet(symbol))
        return quote.mid

    def remove(self, command: RemovePriceAlert, manual_id: ManualId) -> CommandOutcome:
        """Forget an alert."""
        alert = next((one for one in self.rows() if one.alert_id == command.alert_id), None)
        if alert is None:
            there = named(f"{one.alert_id} ({one.symbol} at {one.price})" for one in self.rows())
            raise CommandRefused(f"no alert {command.alert_id!r} waits; there are {there}")
        self._parts.recorder.record(self._notes.entry(alert.alert_id, None, manual_id))
        self._forget(alert)
        return self._answers.done(manual_id, f"{alert.symbol} at {alert.price} is not waited for any more")

    def on_tick(self, tick: Tick) -> None:
        """Tell what the mark met; a symbol without an alert costs one look-up."""
        waiting = self._waiting.get(tick.symbol)
        if waiting is None:
            return
        mark = _Mark((tick.bid + tick.ask) / 2)
        if not mark.price.is_finite():
            return
        for alert in [one for one in waiting if mark.meets(one)]:
            self._forget(alert)
            self._tell(alert, tick, mark.price)

    def _tell(self, alert: PriceAlertRow, tick: Tick, mark: Decimal) -> None:
        """Raise the alarm and forget the alert in one transaction: it is told once, whatever dies."""
        word = "rose" if alert.is_above else "fell"
        births = self._parts.births.entries(CausalityChain.born(tick.id))
        self._parts.alarms.raise_alarm(
            AlarmSeverity.WARNING,
            f"price alert: {alert.symbol} {word} to {mark}, the alert was at {alert.price}",
            alert.alert_id,
            tick.id,
            symbol=alert.symbol,
            before=births,
            beside=(self._notes.entry(alert.alert_id, None, alert.alert_id, tick.id),),
        )

    def _wait_for(self, alert: PriceAlertRow) -> None:
        self._waiting.setdefault(alert.symbol, []).append(alert)

    def _forget(self, alert: PriceAlertRow) -> None:
        left = [one for one in self._waiting[alert.symbol] if one != alert]
        if left:
            self._waiting[alert.symbol] = left
        else:
            del self._waiting[alert.symbol]
