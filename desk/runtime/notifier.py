"""Word to the operator in few messages: gathered, said once, paced, and never in the desk's way."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from desk.contracts.ports.notifier import Notice, NoticeKind, Notifier
from desk.contracts.ports.time import Clock
from desk.contracts.problems import DeskError
from desk.contracts.states import AlarmSeverity

_GATHER_MS = 1_000
_STEP_MS = 250
_URGENT_PAUSE_MS = 5_000
_URGENT = frozenset({NoticeKind.HALTS, NoticeKind.EXITS})
_MOST_LINES = 20
_MOST_KNOWN = 500
_LONGEST_LINE = 300


class NotSent(DeskError):
    """A message did not get through; the text names no address."""


@dataclass(frozen=True, slots=True)
class Message:
    """Hold what a service is given."""

    title: str
    body: str
    severity: AlarmSeverity | None


Post = Callable[[Message], Awaitable[None]]
"""Deliver a message, in bounded time; raises NotSent."""


@dataclass(frozen=True, slots=True)
class NoticeRules:
    """Say what is told and how often; `pause_ms` lies between messages, `repeat_ms` between equal texts."""

    events: frozenset[NoticeKind]
    least_severity: AlarmSeverity
    pause_ms: int
    repeat_ms: int

    def is_told(self, notice: Notice) -> bool:
        """Tell whether a notice is sent at all."""
        is_minor = notice.severity is AlarmSeverity.WARNING and self.least_severity is AlarmSeverity.CRITICAL
        return notice.kind in self.events and not (notice.kind is NoticeKind.ALARMS and is_minor)


class Everyone:
    """Pass each notice on to all; implements `Notifier`."""

    def __init__(self, notifiers: Sequence[Notifier]) -> None:
        self._notifiers = tuple(notifiers)

    def notify(self, notice: Notice) -> None:
        """Tell all of them."""
        for one in self._notifiers:
            one.notify(notice)


class ServiceNotifier:
    """Tell one service; implements `Notifier`.

    A first notice is sent after a second in which others may join it; the next message waits for the
    pause, a shorter one where the desk was halted or left. What is told again within `repeat_ms` is only
    counted. A message that did not get through is tried again with what came since; `on_trouble` hears of
    it once until one gets through.
    """

    def __init__(
        self, name: str, post: Post, clock: Clock, rules: NoticeRules, on_trouble: Callable[[str], None]
    ) -> None:
        self._name = name
        self._post = post
        self._clock = clock
        self._rules = rules
        self._on_trouble = on_trouble
        self._waiting: dict[str, Notice] = {}
        self._left_out = 0
        self._told_ms: OrderedDict[str, int] = OrderedDict()
        self._again: dict[str, int] = {}
        self._tried_ms: int | None = None
        self._arrived = asyncio.Event()
        self.failures = 0
        """Messages in a row that did not get through."""

    def message(self, desk: str, notice: Notice) -> Message | None:
        """Write one notice as a message, None where it is not told; may be called from any thread."""
        return _message(desk, [notice], {notice.text: 0}, 0) if self._rules.is_told(notice) else None

    def notify(self, notice: Notice) -> None:
        """Take a notice."""
        if not self._rules.is_told(notice):
            return
        told_ms = self._told_ms.get(notice.text)
        now_ms = self._clock.monotonic_ms()
        if told_ms is not None and now_ms - told_ms < self._rules.repeat_ms:
            waits = self._waiting.get(notice.text)
            if waits is None or waits.kind is notice.kind:  # an alarm beside its cause is no second one
                self._again[notice.text] = self._again.get(notice.text, 0) + 1
            return
        self._told_ms[notice.text] = now_ms
        self._told_ms.move_to_end(notice.text)
        while len(self._told_ms) > _MOST_KNOWN:
            self._again.pop(self._told_ms.popitem(last=False)[0], None)
        self._wait(notice)

    def _wait(self, notice: Notice) -> None:
        if len(self._waiting) < _MOST_LINES or notice.kind in _URGENT:
            self._waiting[notice.text] = notice
        else:
            self._left_out += 1
        self._arrived.set()

    async def run(self, desk: str) -> None:
        """Send until cancelled; `desk` names it in every title."""
        while True:
            await self._arrived.wait()
            await self._clock.sleep_ms(_GATHER_MS)
            while self._clock.monotonic_ms() < self._due_ms():
                await self._clock.sleep_ms(_STEP_MS)
            await self.send(desk)

    async def send(self, desk: str) -> None:
        """Send what waits, now."""
        self._arrived.clear()
        notices, left_out = tuple(self._waiting.values()), self._left_out
        if not notices:
            return
        again = {one.text: self._again.pop(one.text, 0) for one in notices}
        self._waiting, self._left_out = {}, 0
        self._tried_ms = self._clock.monotonic_ms()
        try:
            await self._post(_message(desk, notices, again, left_out))
        except NotSent as failure:
            self._keep(notices, again, left_out)
            self.failures += 1
            if self.failures == 1:
                self._on_trouble(f"no word gets through to {self._name}: {failure}; it is tried again")
        else:
            self.failures = 0

    def _due_ms(self) -> int:
        if self._tried_ms is None:
            return 0
        is_urgent = not self.failures and any(one.kind in _URGENT for one in self._waiting.values())
        pause_ms = self._rules.pause_ms
        return self._tried_ms + (min(pause_ms, _URGENT_PAUSE_MS) if is_urgent else pause_ms)

    def _keep(self, notices: Sequence[Notice], again: dict[str, int], left_out: int) -> None:
        """Put back what did not get through, before what came since."""
        since, self._waiting = self._waiting, {one.text: one for one in notices}
        self._left_out += left_out
        for text, count in again.items():
            self._again[text] = self._again.get(text, 0) + count
        for one in since.values():
            self._wait(one)
        self._arrived.set()


def _message(desk: str, notices: Sequence[Notice], again: dict[str, int], left_out: int) -> Message:
    severities = {one.severity for one in notices if one.kind is not NoticeKind.STARTS}
    is_critical = AlarmSeverity.CRITICAL in severities
    severity = AlarmSeverity.CRITICAL if is_critical else AlarmSeverity.WARNING if severities else None
    first = next((one for one in notices if one.kind in _URGENT), notices[0])
    more = len(notices) + left_out - 1
    title = f"{desk}: {_shortened(first.text)}" + (f" (and {more} more)" if more else "")
    lines = [_line(one, again[one.text]) for one in notices]
    if left_out:
        lines.append(f"and {left_out} more, all in the journal")
    return Message(title, "\n".join(lines), severity)


def _line(notice: Notice, again: int) -> str:
    text = _shortened(notice.text)
    return f"{notice.severity}: {text}" + (f" ({again + 1} times)" if again else "")


def _shortened(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _LONGEST_LINE else f"{flat[: _LONGEST_LINE - 1]}…"
