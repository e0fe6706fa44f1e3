"""Which facts of a living desk reach an operator who looks at no screen."""

from pathlib import Path

from desk.contracts import events
from desk.contracts.commands import REARM_WORD, EmergencyExit, Halt, Rearm
from desk.contracts.events import WorkerStopped
from desk.contracts.ports.notifier import Notice, NoticeKind
from desk.contracts.problems import StoreFailed
from desk.contracts.states import AlarmSeverity, DeskState
from desk.execution.alarm_subjects import About, Subject
from desk.execution.alarms import Alarms
from desk.runtime.notices import NoticeDesk
from desk.runtime.store_trouble import StoreTrouble
from tests.builders.desk import DeskHouse
from tests.builders.living_desk import LivingDesk

CRITICAL, WARNING = AlarmSeverity.CRITICAL, AlarmSeverity.WARNING


class Told:
    """A notifier that keeps what it is told."""

    def __init__(self) -> None:
        self.notices: list[Notice] = []

    def notify(self, notice: Notice) -> None:
        self.notices.append(notice)

    def shown(self) -> list[tuple[NoticeKind, AlarmSeverity, str]]:
        return [(one.kind, one.severity, one.text) for one in self.notices]


def followed(living: LivingDesk) -> Told:
    told = Told()
    living.desk.recorder.listen(NoticeDesk(told).on_entry)
    return told


def test_halts_and_re_arms_are_told_with_who_and_why(tmp_path: Path) -> None:
    async def script(living: LivingDesk) -> None:
        told = followed(living)
        await living.desk.commands.execute(Halt("lunch"))
        await living.desk.commands.execute(Rearm(REARM_WORD, "back"))
        assert told.shown() == [
            (NoticeKind.HALTS, CRITICAL, "ACTIVE is now HALTED, by operator: lunch"),
            (NoticeKind.HALTS, WARNING, "HALTED is now ACTIVE, by operator: back"),
        ]

    DeskHouse(tmp_path).live(script)


def test_a_halt_that_is_explained_anew_is_told_as_one_that_holds_on(tmp_path: Path) -> None:
    async def script(living: LivingDesk) -> None:
        told = followed(living)
        state = living.desk.core.parts.execution.state
        state.tighten(DeskState.HALTED, "not yet finished", "platform.flatten")
        state.explain("FLAT", "platform.flatten")
        assert told.shown() == [
            (NoticeKind.HALTS, CRITICAL, "ACTIVE is now HALTED, by platform.flatten: not yet finished"),
            (NoticeKind.HALTS, CRITICAL, "still HALTED, by platform.flatten: FLAT"),
        ]

    DeskHouse(tmp_path).live(script)


def test_an_exit_is_told_when_it_begins_and_with_its_word_when_it_ends(tmp_path: Path) -> None:
    async def script(living: LivingDesk) -> None:
        living.tick("50000")
        living.issue(living.new_trade())
        await living.settle(price="50000")
        told = followed(living)
        await living.desk.commands.execute(EmergencyExit(reason="out"))
        await living.settle(price="50000")
        begun, ended = told.notices
        assert (begun.kind, begun.severity) == (NoticeKind.EXITS, CRITICAL)
        assert begun.text.startswith("an emergency exit began, by ")
        assert "out" in begun.text
        assert (ended.kind, ended.severity) == (NoticeKind.EXITS, WARNING)
        assert ended.text.startswith("the emergency exit ended FLAT: ")

    DeskHouse(tmp_path).live(script)


def test_an_exit_that_a_watching_desk_refuses_is_told(tmp_path: Path) -> None:
    async def script(living: LivingDesk) -> None:
        living.tick("50000")
        told = followed(living)
        await living.desk.commands.execute(EmergencyExit(reason="out"))
        await living.settle(price="50000")
        refused = told.notices[0]
        assert (refused.kind, refused.severity) == (NoticeKind.EXITS, CRITICAL)
        assert refused.text.startswith("the emergency exit was refused by ")

    DeskHouse(tmp_path, settings=["orchestration.plan_execution.enabled=false"]).live(script)


def test_a_stopped_worker_is_told_in_the_words_of_its_alarm(tmp_path: Path) -> None:
    async def script(living: LivingDesk) -> None:
        told = followed(living)
        stopped = WorkerStopped("trail", "tiny", "it raised three times", living.clock.now_ms())
        living.desk.core.parts.bus.publish(events.WORKER_STOPPED, stopped)
        text = "worker trail of tiny was stopped: it raised three times"
        assert told.shown() == [(NoticeKind.WORKERS, CRITICAL, text), (NoticeKind.ALARMS, CRITICAL, text)]

    DeskHouse(tmp_path).live(script)


def test_a_journal_that_fails_is_told_though_it_cannot_be_written(tmp_path: Path) -> None:
    async def script(living: LivingDesk) -> None:
        told = followed(living)
        trouble = StoreTrouble()
        trouble.connect(living.desk.core.parts.execution.state, living.desk.alarms)
        trouble.on_failure(StoreFailed("disk full"))
        assert {one.kind for one in told.notices} == {NoticeKind.JOURNAL}
        assert told.notices[0].text == (
            "ACTIVE is now REDUCING, by platform.journal: the journal cannot be written: disk full"
        )
        assert living.desk.core.parts.execution.state.current is DeskState.REDUCING

    DeskHouse(tmp_path).live(script)


def test_an_alarm_and_its_end_are_told(tmp_path: Path) -> None:
    async def script(living: LivingDesk) -> None:
        told = followed(living)
        alarms: Alarms = living.desk.alarms
        about = About(Subject.TROUBLE, "stream")
        alarms.raise_alarm(CRITICAL, "the stream is silent", about=about)
        alarms.end(about)
        assert told.shown() == [
            (NoticeKind.ALARMS, CRITICAL, "the stream is silent"),
            (NoticeKind.ALARMS, CRITICAL, "over: the stream is silent"),
        ]

    DeskHouse(tmp_path).live(script)
