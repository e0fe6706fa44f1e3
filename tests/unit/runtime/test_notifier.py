"""How notices become few messages, in virtual time."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field

import pytest

from desk.contracts.ports.notifier import Notice, NoticeKind
from desk.contracts.states import AlarmSeverity
from desk.runtime.clock import VirtualClock
from desk.runtime.notifier import Message, NoticeRules, NotSent, ServiceNotifier
from desk.runtime.tasks import TaskSupervisor
from desk.runtime.virtual_loop import VirtualLoop, run_virtual

CRITICAL, WARNING = AlarmSeverity.CRITICAL, AlarmSeverity.WARNING
ALL = frozenset(NoticeKind)


@dataclass
class Service:
    """A service that takes messages at virtual times, or fails while `is_down`."""

    clock: VirtualClock
    is_down: bool = False
    tries: int = 0
    taken: list[tuple[int, Message]] = field(default_factory=list)

    async def __call__(self, message: Message) -> None:
        self.tries += 1
        if self.is_down:
            raise NotSent("it is down")
        self.taken.append((self.clock.monotonic_ms(), message))

    @property
    def bodies(self) -> list[str]:
        return [message.body for _, message in self.taken]


@dataclass
class Line:
    """A notifier at work."""

    notifier: ServiceNotifier
    service: Service
    clock: VirtualClock
    troubles: list[str]

    def tell(
        self, *texts: str, kind: NoticeKind = NoticeKind.ALARMS, severity: AlarmSeverity = CRITICAL
    ) -> None:
        for text in texts:
            self.notifier.notify(Notice(kind, severity, text))


def at_work(
    script: Callable[[Line], Awaitable[None]],
    events: Iterable[NoticeKind] = ALL,
    least: AlarmSeverity = WARNING,
) -> Line:
    lines: list[Line] = []

    async def lives(loop: VirtualLoop) -> None:
        clock, troubles = VirtualClock(loop, 0), list[str]()
        service = Service(clock)
        rules = NoticeRules(frozenset(events), least, pause_ms=60_000, repeat_ms=900_000)
        notifier = ServiceNotifier("env:ALERTS", service, clock, rules, troubles.append)
        tasks = TaskSupervisor(lambda *_: None)
        tasks.spawn("word", notifier.run("test-desk"))
        lines.append(Line(notifier, service, clock, troubles))
        await script(lines[0])
        await tasks.stop(1_000)

    run_virtual(lives)
    return lines[0]


def test_a_storm_of_alarms_is_one_message_and_what_follows_another() -> None:
    async def script(line: Line) -> None:
        for number in range(1_000):
            line.tell(f"order {number} was rejected")
            await line.clock.sleep_ms(5)
        await line.clock.sleep_ms(120_000)

    line = at_work(script)
    (first_ms, first), (second_ms, second) = line.service.taken
    assert first_ms < 1_100
    assert second_ms - first_ms >= 60_000
    assert len(first.body.splitlines()) == len(second.body.splitlines()) == 21
    left_out = [int(one.body.splitlines()[-1].split()[1]) for one in (first, second)]
    assert sum(left_out) + 40 == 1_000
    assert second.body.splitlines()[-1].endswith("more, all in the journal")


def test_the_same_text_is_told_once_and_then_counted() -> None:
    async def script(line: Line) -> None:
        for _ in range(30):
            line.tell("no stop on TRD_1")
            await line.clock.sleep_ms(60_000)

    line = at_work(script)
    assert line.service.bodies == ["critical: no stop on TRD_1", "critical: no stop on TRD_1 (15 times)"]


def test_an_alarm_beside_what_it_is_about_is_one_line() -> None:
    async def script(line: Line) -> None:
        line.tell("worker trail was stopped: it raised", kind=NoticeKind.WORKERS)
        line.tell("worker trail was stopped: it raised", kind=NoticeKind.ALARMS)
        await line.clock.sleep_ms(5_000)

    assert at_work(script).service.bodies == ["critical: worker trail was stopped: it raised"]


def test_the_end_of_an_exit_does_not_wait_for_the_pause() -> None:
    async def script(line: Line) -> None:
        line.tell("something small", severity=WARNING)
        await line.clock.sleep_ms(3_000)
        line.tell("the emergency exit ended FLAT: nothing is left", kind=NoticeKind.EXITS)
        await line.clock.sleep_ms(10_000)

    line = at_work(script)
    assert [sent_ms for sent_ms, _ in line.service.taken] == [1_000, 6_000]
    assert line.service.taken[1][1].title == "test-desk: the emergency exit ended FLAT: nothing is left"


@pytest.mark.parametrize(
    ("least", "told"),
    [
        (CRITICAL, "critical: loud\nwarning: halted"),
        (WARNING, "warning: quiet\ncritical: loud\nwarning: halted"),
    ],
)
def test_only_what_was_asked_for_is_told(least: AlarmSeverity, told: str) -> None:
    async def script(line: Line) -> None:
        line.tell("quiet", severity=WARNING)
        line.tell("loud")
        line.tell("started", kind=NoticeKind.STARTS)
        line.tell("halted", kind=NoticeKind.HALTS, severity=WARNING)
        await line.clock.sleep_ms(5_000)

    assert at_work(script, ALL - {NoticeKind.STARTS}, least).service.bodies == [told]


def test_what_does_not_get_through_is_tried_again_with_what_came_since() -> None:
    async def script(line: Line) -> None:
        line.service.is_down = True
        line.tell("first")
        await line.clock.sleep_ms(90_000)
        line.tell("second")
        await line.clock.sleep_ms(60_000)
        assert line.notifier.failures == line.service.tries == 3
        line.service.is_down = False
        await line.clock.sleep_ms(60_000)
        assert line.notifier.failures == 0

    line = at_work(script)
    assert line.service.bodies == ["critical: first\ncritical: second"]
    assert line.troubles == ["no word gets through to env:ALERTS: it is down; it is tried again"]


def test_a_service_that_stays_down_costs_no_memory() -> None:
    async def script(line: Line) -> None:
        line.service.is_down = True
        for number in range(2_000):
            line.tell(f"alarm {number}")
            await line.clock.sleep_ms(1_000)
        line.service.is_down = False
        await line.clock.sleep_ms(120_000)

    ((_, message),) = at_work(script).service.taken
    assert len(message.body.splitlines()) == 21
    assert message.body.splitlines()[-1] == "and 1980 more, all in the journal"


def test_a_title_names_the_desk_what_it_is_and_how_much_more() -> None:
    async def script(line: Line) -> None:
        line.tell("one", "two\nlines", "x" * 1_000)
        await line.clock.sleep_ms(5_000)

    ((_, message),) = at_work(script).service.taken
    assert message.title == "test-desk: one (and 2 more)"
    assert message.severity is CRITICAL
    assert [len(one) for one in message.body.splitlines()] == [13, 19, 310]
