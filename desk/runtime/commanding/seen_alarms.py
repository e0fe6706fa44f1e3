"""Which alarms the operator has seen."""

from desk.contracts.commands import AcknowledgeAlarm, CommandOutcome
from desk.contracts.ids import ManualId
from desk.runtime.commanding.answering import Answers, CommandRefused
from desk.runtime.commanding.checking import named, reason_of
from desk.runtime.commanding.notes import OperatorNotes
from desk.runtime.commanding.parts import CommandParts

_SUBJECT = "platform.acknowledgements"
_KEPT = 1_000
"""More than any screen shows: what was seen longest ago is forgotten with the alarm itself."""


class SeenAlarms:
    """Keep the ids of the alarms that were acknowledged."""

    def __init__(self, parts: CommandParts, answers: Answers) -> None:
        self._parts = parts
        self._answers = answers
        self._notes = OperatorNotes(_SUBJECT, parts.ledger, parts.clock)

    def is_seen(self, alarm_id: str) -> bool:
        """Tell whether an alarm was acknowledged."""
        return alarm_id in self._notes.all()

    def acknowledge(self, command: AcknowledgeAlarm, manual_id: ManualId) -> CommandOutcome:
        """Note that one alarm, or every alarm, was seen; durable once the answer is there."""
        unseen = [one for one in self._parts.known_alarms() if not self.is_seen(one)]
        if command.alarm_id is None:
            meant = unseen
        elif command.alarm_id in unseen:
            meant = [command.alarm_id]
        elif self.is_seen(command.alarm_id):
            return self._answers.done(manual_id, f"{command.alarm_id} was acknowledged already")
        else:
            raise CommandRefused(
                f"there is no alarm {command.alarm_id!r}; not acknowledged are {named(unseen)}"
            )
        if not meant:
            return self._answers.done(manual_id, "every alarm was acknowledged already")
        reason = reason_of(command.reason, "seen by the operator")
        surplus = list(self._notes.all())[: max(0, len(self._notes.all()) + len(meant) - _KEPT)]
        self._parts.recorder.record(
            *(self._notes.entry(one, None, manual_id) for one in surplus),
            *(self._notes.entry(one, reason, manual_id, one) for one in meant),
        )
        what = meant[0] if len(meant) == 1 else f"{len(meant)} alarms"
        return self._answers.done(manual_id, f"{what} acknowledged")
