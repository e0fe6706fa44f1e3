"""The one door for commands: written down first, then carried out, then answered."""

from dataclasses import fields
from typing import assert_never

from desk.contracts.commands import (
    AcknowledgeAlarm,
    AdoptTrade,
    AmendOrder,
    CancelEntries,
    CancelOrder,
    CloseTrade,
    CloseTrades,
    Command,
    CommandOutcome,
    CommandRecord,
    EmergencyExit,
    Halt,
    MoveStop,
    OpenTrade,
    PauseWorker,
    Rearm,
    RemovePriceAlert,
    ResumeWorker,
    RunSchedule,
    SetPriceAlert,
    SetTarget,
)
from desk.contracts.ids import ManualId
from desk.contracts.problems import StoreFailed
from desk.contracts.records import EntryKind, JournalEntry
from desk.contracts.ticket import TradePreview
from desk.runtime.commanding.answering import Answers, CommandRefused
from desk.runtime.commanding.first_prices import FirstPrices
from desk.runtime.commanding.following import FlowFollower
from desk.runtime.commanding.orders import OrderCommands
from desk.runtime.commanding.parts import CommandParts
from desk.runtime.commanding.previewing import TradePreviews
from desk.runtime.commanding.price_alerts import PriceAlerts
from desk.runtime.commanding.seen_alarms import SeenAlarms
from desk.runtime.commanding.states import StateCommands
from desk.runtime.commanding.trades import TradeCommands
from desk.runtime.commanding.workers import WorkerCommands

_StateCommand = Halt | Rearm | EmergencyExit
_TradeCommand = OpenTrade | CloseTrade | CloseTrades | MoveStop | SetTarget | AdoptTrade
_OrderCommand = AmendOrder | CancelOrder | CancelEntries
_WorkerCommand = PauseWorker | ResumeWorker | RunSchedule
_NoteCommand = SetPriceAlert | RemovePriceAlert | AcknowledgeAlarm


class CommandDesk:
    """Carry out commands; the answer says what became true, not what was sent.

    Commands wait side by side, each for its own flow: none holds another up, least of all an exit.
    """

    def __init__(self, parts: CommandParts) -> None:
        self._parts = parts
        self._answers = Answers(lambda: parts.state.current)
        follower = FlowFollower(parts.bus, parts.clock)
        self._states = StateCommands(parts, self._answers)
        first = FirstPrices(parts.prices, parts.view, parts.clock)
        self._trades = TradeCommands(parts, self._answers, follower, first)
        self._orders = OrderCommands(parts, self._answers, self._trades)
        self._workers = WorkerCommands(parts, self._answers, follower)
        self.alerts = PriceAlerts(parts, self._answers, first)
        self.seen = SeenAlarms(parts, self._answers)
        self._previews = TradePreviews(parts.view, parts.clock, parts.sender, first)

    def preview(self, order: OpenTrade) -> TradePreview:
        """Return what a trade would be and what the gate would say; leaves nothing behind."""
        return self._previews.of(order)

    async def execute(self, command: Command) -> CommandOutcome:
        """Write a command down and carry it out."""
        manual_id = self._parts.ids.new(ManualId)
        written = self._parts.recorder.record(_entry(command, manual_id, self._parts.clock.now_ms()))
        try:
            outcome = await self._carry_out(command, manual_id)
        except CommandRefused as refusal:
            outcome = self._answers.refused(manual_id, str(refusal))
        except Exception as fault:  # noqa: BLE001 - the operator's door: whatever broke is an answer, not a crash
            told = f"{type(command).__name__} failed with {type(fault).__name__}: {fault}"
            outcome = self._answers.refused(manual_id, told)
        try:
            await written
        except StoreFailed as failure:
            message = f"{outcome.message}; the journal cannot be written: {failure}"
            state = self._parts.state.current
            return CommandOutcome(outcome.accepted, message, state, manual_id, outcome.flow_id)
        return outcome

    async def _carry_out(self, command: Command, manual_id: ManualId) -> CommandOutcome:
        match command:
            case Halt() | Rearm() | EmergencyExit():
                return await self._state(command, manual_id)
            case OpenTrade() | CloseTrade() | CloseTrades() | MoveStop() | SetTarget() | AdoptTrade():
                return await self._trade(command, manual_id)
            case AmendOrder() | CancelOrder() | CancelEntries():
                return await self._order(command, manual_id)
            case PauseWorker() | ResumeWorker() | RunSchedule():
                return await self._worker(command, manual_id)
            case SetPriceAlert() | RemovePriceAlert() | AcknowledgeAlarm():
                return await self._note(command, manual_id)
            case _:
                assert_never(command)

    async def _state(self, command: _StateCommand, manual_id: ManualId) -> CommandOutcome:
        match command:
            case Halt():
                return await self._states.halt(command, manual_id)
            case Rearm():
                return await self._states.rearm(command, manual_id)
            case EmergencyExit():
                return self._states.exit(command, manual_id)

    async def _trade(self, command: _TradeCommand, manual_id: ManualId) -> CommandOutcome:
        match command:
            case OpenTrade():
                return await self._trades.open(command, manual_id)
            case CloseTrade():
                return await self._trades.close(command, manual_id)
            case CloseTrades():
                return await self._trades.close_all(command, manual_id)
            case MoveStop():
                return await self._trades.move_stop(command, manual_id)
            case SetTarget():
                return await self._trades.set_target(command, manual_id)
            case AdoptTrade():
                return await self._trades.adopt(command, manual_id)

    async def _order(self, command: _OrderCommand, manual_id: ManualId) -> CommandOutcome:
        match command:
            case AmendOrder():
                return await self._orders.amend(command, manual_id)
            case CancelOrder():
                return await self._orders.cancel(command, manual_id)
            case CancelEntries():
                return await self._orders.cancel_entries(command, manual_id)

    async def _worker(self, command: _WorkerCommand, manual_id: ManualId) -> CommandOutcome:
        match command:
            case PauseWorker():
                return self._workers.pause(command, manual_id)
            case ResumeWorker():
                return self._workers.resume(command, manual_id)
            case RunSchedule():
                return await self._workers.run(command, manual_id)

    async def _note(self, command: _NoteCommand, manual_id: ManualId) -> CommandOutcome:
        match command:
            case SetPriceAlert():
                return await self.alerts.set(command, manual_id)
            case RemovePriceAlert():
                return self.alerts.remove(command, manual_id)
            case AcknowledgeAlarm():
                return self.seen.acknowledge(command, manual_id)


def _entry(command: Command, manual_id: ManualId, time_ms: int) -> JournalEntry:
    arguments = tuple(
        (one.name, str(getattr(command, one.name)))
        for one in fields(command)
        if getattr(command, one.name) is not None
    )
    record = CommandRecord(manual_id, type(command).__name__, arguments)
    return JournalEntry(EntryKind.OPERATOR_COMMANDED, manual_id, time_ms, record)
