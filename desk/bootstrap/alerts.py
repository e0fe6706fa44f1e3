"""Word to the operator as `notifications` asks for it, delivered by apprise."""

import logging
import warnings
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from types import ModuleType
from typing import TYPE_CHECKING

from desk.config.notification_settings import NotificationSettings
from desk.config.secrets import resolve
from desk.contracts.ports.notifier import Notice, NoticeKind
from desk.contracts.ports.time import Clock, Spawner
from desk.contracts.problems import InputRefused, Problem
from desk.contracts.states import AlarmSeverity
from desk.runtime.notifier import Everyone, Message, NoticeRules, NotSent, ServiceNotifier
from desk.runtime.posting import ThreadedPost
from desk.runtime.tasks import FailureListener, TaskSupervisor

if TYPE_CHECKING:
    from apprise import Apprise, NotifyType

_WITHIN_S = 30
_LAST_WORD_MS = 4_000
_STEP_MS = 50
_MS_PER_S = 1_000


class OperatorLine(Everyone):
    """Tell every service of `notifications`, each in its own time; implements `Notifier`."""

    def __init__(self, desk: str, services: Mapping[str, "_Service"], clock: Clock) -> None:
        super().__init__([one.notifier for one in services.values()])
        self._desk = desk
        self._services = services
        self._clock = clock
        self._last_words = 0

    def begin(self, spawner: Spawner) -> None:
        """Begin to send."""
        for name, service in self._services.items():
            spawner.spawn(f"word to {name}", service.notifier.run(self._desk))

    async def finish(self, spawner: Spawner) -> None:
        """Send what waits, with no more than a few seconds for it."""
        deadline_ms = self._clock.monotonic_ms() + _LAST_WORD_MS
        self._last_words = len(self._services)
        for name, service in self._services.items():
            spawner.spawn(f"last word to {name}", self._last_word(service))
        while self._last_words and self._clock.monotonic_ms() < deadline_ms:
            await self._clock.sleep_ms(_STEP_MS)

    async def _last_word(self, service: "_Service") -> None:
        try:
            await service.notifier.send(self._desk)
        finally:
            self._last_words -= 1

    def shout(self, notice: Notice) -> None:
        """Tell at once and from any thread, past all that waits: the loop that would send it stands still."""
        for service in self._services.values():
            message = service.notifier.message(self._desk, notice)
            if message is not None:
                service.post.drop(message)

    def close(self) -> None:
        """Let the threads go; one that hangs dies with the process."""
        for service in self._services.values():
            service.post.close()


class _Service:
    """Hold what belongs to one address."""

    def __init__(self, notifier: ServiceNotifier, post: ThreadedPost) -> None:
        self.notifier = notifier
        self.post = post


def operator_line(
    settings: NotificationSettings,
    environment: Mapping[str, str],
    clock: Clock,
    desk: str,
    on_trouble: Callable[[str], None],
) -> OperatorLine:
    """Make the line to the operator; without addresses it tells nobody, and apprise is not loaded.

    Raises InputRefused with every address that is missing or that apprise does not understand.
    """
    rules = NoticeRules(
        frozenset(settings.events),
        settings.least_severity,
        settings.pause_s * _MS_PER_S,
        settings.repeat_s * _MS_PER_S,
    )
    services: dict[str, _Service] = {}
    for reference, deliver in _deliveries(settings.urls, environment):
        post = ThreadedPost(deliver, _WITHIN_S)
        services[reference] = _Service(ServiceNotifier(reference, post, clock, rules, on_trouble), post)
    return OperatorLine(desk, services, clock)


def _deliveries(
    references: Sequence[str], environment: Mapping[str, str]
) -> list[tuple[str, Callable[[Message], None]]]:
    problems: list[Problem] = []
    made: list[tuple[str, Callable[[Message], None]]] = []
    for number, reference in enumerate(references):
        try:
            made.append((reference, _delivery(resolve(reference, environment))))
        except InputRefused as refused:
            problems += refused.problems
        except ValueError as unknown:
            remedy = "store one as apprise writes it, such as tgram://TOKEN/CHAT"
            what = f"{reference}: {unknown}"
            problems.append(Problem("platform.yaml", None, f"notifications.urls.{number}", what, remedy))
    if problems:
        raise InputRefused(*problems)
    return made


def _delivery(url: str) -> Callable[[Message], None]:
    """Return what delivers to `url`; raises ValueError, never with the address in it, where it is none."""
    apprise = _apprise()
    service = apprise.Apprise(asset=apprise.AppriseAsset(app_id="desk", async_mode=False))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it loads its hundred plugins now, whatever their libraries say
        is_known = service.add(url)
    if not is_known:
        message = "apprise knows no such address"
        raise ValueError(message)
    kinds = {
        AlarmSeverity.CRITICAL: apprise.NotifyType.FAILURE,
        AlarmSeverity.WARNING: apprise.NotifyType.WARNING,
        None: apprise.NotifyType.INFO,
    }

    def deliver(message: Message) -> None:
        _send(service, message, kinds[message.severity])

    return deliver


def _send(service: "Apprise", message: Message, kind: "NotifyType") -> None:
    if not service.notify(body=message.body, title=message.title, notify_type=kind):
        raise NotSent("the service refused it or was not reached")


def _apprise() -> ModuleType:
    try:
        import apprise
    except ImportError:
        what, remedy = "apprise is not installed", "pip install 'desk[alerts]', or remove notifications.urls"
        raise InputRefused(Problem("platform.yaml", None, "notifications.urls", what, remedy)) from None
    # What it logs goes to stderr and may name addresses: they are secrets, and failures are told by us.
    logging.getLogger("apprise").disabled = True
    return apprise


@asynccontextmanager
async def told_operator(line: OperatorLine, on_failure: FailureListener) -> AsyncIterator[None]:
    """Send word meanwhile; whatever ends the desk by an error is told too."""
    tasks = TaskSupervisor(on_failure)
    line.begin(tasks)
    try:
        yield
    except Exception as error:
        line.notify(Notice(NoticeKind.HALTS, AlarmSeverity.CRITICAL, f"the desk ended: {error}"))
        raise
    finally:
        await line.finish(tasks)
        await tasks.stop(_LAST_WORD_MS)
        line.close()
