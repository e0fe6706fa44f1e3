"""The app: it joins sampler, panes and actions, and knows nothing of what any of them shows or does."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from functools import partial
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.command import CommandPalette, Provider
from textual.events import Event, Key, MouseDown, Paste
from textual.notifications import SeverityLevel
from textual.screen import Screen
from textual.widgets import Input
from textual.worker import Worker

from desk.contracts.screen import ScreenSettings
from desk.ui.actions.action import Situation
from desk.ui.actions.key_names import keys_of
from desk.ui.actions.registry import ActionRegistry, all_actions
from desk.ui.actions.views import view_actions
from desk.ui.alarm_watch import AlarmWatch
from desk.ui.board import Board
from desk.ui.choices import Choices
from desk.ui.crash import CrashQuietly
from desk.ui.early_keys import EarlyKeys, NoEarlyKeys
from desk.ui.event_list import EventList, ScreenEvent
from desk.ui.guide import Guide
from desk.ui.overlays import Overlays
from desk.ui.panes.catalog import panes
from desk.ui.panes.pane import Pane
from desk.ui.parts import ScreenParts
from desk.ui.performing import perform
from desk.ui.poll import Sampler
from desk.ui.screens.exit import ExitPanel
from desk.ui.screens.exit_progress import ExitProgressPanel
from desk.ui.screens.keys_in_turn import KeysInTurn
from desk.ui.screens.palette import DeskCommands
from desk.ui.screens.work import WorkScreen
from desk.ui.stage import AppStage
from desk.ui.terminal import DeskDriver
from desk.ui.themes import themes
from desk.ui.viewmodels.text import clean
from desk.ui.views import Views
from desk.ui.way_out.host import AppHost
from desk.ui.way_out.way_out import WayOut
from desk.ui.widgets.chosen import Chosen
from desk.ui.widgets.filter_line import FilterLine
from desk.ui.widgets.footer import hints

_BEAT_S = 0.5
_OVERDUE_MS = 900
_TOAST_S = 3.0
_PROBLEM_TOAST_S = 8.0
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class DeskApp(CrashQuietly, inherit_bindings=False):
    """Show a desk."""

    CSS_PATH = "desk.tcss"
    TITLE = "desk"
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {DeskCommands}
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+q,ctrl+c", "leave", priority=True, show=False)]

    def __init__(self, parts: ScreenParts) -> None:
        super().__init__(driver_class=DeskDriver)
        settings = parts.settings
        self.client, self.memory = parts.client, parts.memory
        self.choices = Choices(parts.memory)
        self.stage = AppStage(self)
        self.way_out = WayOut(AppHost(self), parts.client, parts.last_resort)
        self.early_keys: EarlyKeys = NoEarlyKeys() if settings.observe else self.way_out.keys
        self.is_clicking = False
        self.events = EventList()
        self.sampler = Sampler(
            parts.client, refresh_hz=settings.refresh_hz, on_answer=self._answered, now_ms=parts.now_ms
        )
        self.board = Board(
            self.sampler, parts.writing, observe=settings.observe, on_failure=self._pane_failed
        )
        self.work = WorkScreen(panes() if parts.catalog is None else parts.catalog)
        self.set_class(settings.ascii_only, "-ascii")
        self.views = Views(self, self.work)
        self.overlays = Overlays(self, parts.quit_question)
        own = view_actions(self.views, self.overlays, self.action_command_palette)
        self.registry = ActionRegistry(all_actions(own), settings.keymap, observe=settings.observe)
        self._guide = Guide(self.choices, with_tour=parts.with_tour, observe=settings.observe)
        self._alarms = AlarmWatch()
        self._failed_panes = dict[str, str]()
        self._when_shown = parts.when_shown
        self._is_over = False
        self._screen_loop: asyncio.AbstractEventLoop | None = None
        self._choose_theme(settings)
        self._bind_keys()

    def _choose_theme(self, settings: ScreenSettings) -> None:
        for theme in themes(settings.palette):
            self.register_theme(theme)
        kept = self.choices["theme"]
        self.theme = kept if kept in self.available_themes else settings.theme

    def _bind_keys(self) -> None:
        taken = list[str]()
        for action in self.registry:
            keys = keys_of(action.keys)
            taken.extend(keys)
            if keys:
                self.bind(",".join(keys), f"perform({action.id!r})")
        for letter in _LETTERS:
            if letter not in taken:
                self.bind(letter, f"sort_by({letter!r})")

    # ------------------------------------------------------------ life

    def get_default_screen(self) -> Screen[None]:
        """Return the screen all others are laid over."""
        return self.work

    async def on_work_screen_laid(self) -> None:
        """Show last time's workspace and begin to sample."""
        self._screen_loop = asyncio.get_running_loop()
        if self._is_over:
            self.leave()
        await self.views.open_first()
        self._guide.start(self.work)
        if self._when_shown is not None:
            self.call_after_refresh(self._when_shown)
        self.set_interval(_BEAT_S, self._beat)
        sampling: Worker[None] = self.run_worker(self.sampler.run, name="sampler")
        del sampling  # its failure is the screen's, which ends with it

    def _answered(self) -> None:
        """Draw what the sampler brought, and tell of new alarms."""
        if self.sampler.snapshot is not None:
            for text in self._alarms.fresh(self.sampler.snapshot):
                self.tell(text, is_problem=True)
        if not (isinstance(self._driver, DeskDriver) and self._driver.is_behind):
            self.redraw()

    def _beat(self) -> None:
        """Let running clocks run while the desk is silent, and heed a terminal that is gone or was slow."""
        if self.sampler.unheard_ms > _OVERDUE_MS:
            self.redraw()
        driver = self._driver
        if not isinstance(driver, DeskDriver):
            return
        if driver.is_gone:
            self.leave()
        elif not driver.is_behind and driver.take_lost():
            self.screen.refresh(layout=True)

    def begin(self, work: Callable[[], Coroutine[None, None, None]], name: str) -> None:
        """Do something beside the screen's own work; it is called only once it can run to its end."""
        _: Worker[None] = self.run_worker(work, name=name, exit_on_error=False)

    def redraw(self) -> None:
        """Draw what is known now."""
        if not self.work.is_laid:
            return
        self.board.draw(self.work)
        self.views.follow()
        self.show_hints()
        self._show_through()

    def _show_through(self) -> None:
        """Draw anew what shines through questions laid over each other: Textual keeps what it once saw."""
        over = self.screen_stack[1:]
        if len(over) > 1:
            for screen in over:
                screen.refresh()

    def show_hints(self) -> None:
        """Say in the footer what works now."""
        situation = self.situation
        if situation is not None:
            self.work.footer.show(hints(self.registry.applicable(situation)))

    def leave(self, code: int = 0) -> None:
        """End the screen at once, in order."""
        self.exit(code)

    def leave_from_any_thread(self) -> None:
        """End the screen because its desk has ended; never waits, and may come before it has opened."""
        self._is_over = True
        if self._screen_loop is not None:
            with suppress(RuntimeError):  # the screen was left meanwhile
                self._screen_loop.call_soon_threadsafe(self.leave)

    # ------------------------------------------------------------ keys

    async def on_event(self, event: Event) -> None:
        """Offer keys and pastes to the early keys before anything else sees them."""
        if isinstance(event, Key | Paste) and not event.is_forwarded:
            self.is_clicking = False
            if self.early_keys.take(event):
                return
            if isinstance(self.screen, KeysInTurn) and self.screen.take(event):
                return
        elif isinstance(event, MouseDown) and not event.is_forwarded:
            self.is_clicking = True
        await super().on_event(event)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Tell whether an action can be done now, so that its key may mean something else."""
        if action == "perform":
            situation = self.situation
            if situation is None or self.work.is_too_small:
                return parameters[0] == "view.quit"
            return self.registry[str(parameters[0])].applies(situation)
        if action == "sort_by":
            return bool(self.views.column_of(str(parameters[0])))
        if action == "leave":
            return not (isinstance(self.focused, Input) and bool(self.focused.selected_text))
        return True

    def action_perform(self, action_id: str) -> None:
        """Do an action of the registry."""
        action, situation = self.registry[action_id], self.situation
        if action.acts and not action.asks and self.is_clicking:
            self.tell(f"{action.title}: a click never acts; press its key", is_problem=True)
        elif action_id == "view.quit":
            self.action_leave()
        elif situation is not None:
            self.begin(partial(perform, action, self.stage, situation), action_id)
        self._guide.done(action_id, self.work)

    def action_sort_by(self, letter: str) -> None:
        """Sort the focused pane by the column that begins with `letter`."""
        self.views.sort_by_letter(letter)

    def action_command_palette(self) -> None:
        """Let a command be found by its name."""
        if not isinstance(self.screen, CommandPalette):
            self.push_screen(CommandPalette(placeholder="find a command", id="--command-palette"))

    def action_leave(self) -> None:
        """Ask whether to leave."""
        self.overlays.ask_to_leave()

    @property
    def situation(self) -> Situation | None:
        """What an action would be done in: always the newest picture, also while the display is frozen."""
        frame = self.board.newest
        if frame is None:
            return None
        pane = self.work.focused_pane
        if pane is None:
            return Situation(frame, "", None)
        return Situation(frame, pane.name_of_pane, pane.subject)

    # ------------------------------------------------------------ telling

    def tell(self, text: str, *, is_problem: bool = False) -> None:
        """Show a toast and keep it in the event list; nothing is laid over the way out."""
        snapshot = self.sampler.snapshot
        self.events.add(ScreenEvent(None if snapshot is None else snapshot.time_ms, text, is_problem))
        if isinstance(self.screen, ExitPanel | ExitProgressPanel):
            return
        severity: SeverityLevel = "error" if is_problem else "information"
        timeout = _PROBLEM_TOAST_S if is_problem else _TOAST_S
        self.notify(clean(text), severity=severity, timeout=timeout, markup=False)

    def _pane_failed(self, pane: Pane, error: Exception) -> None:
        """Tell of each kind of failure of a pane once."""
        kind = type(error).__name__
        if self._failed_panes.get(pane.name_of_pane) != kind:
            self._failed_panes[pane.name_of_pane] = kind
            self.tell(f"{pane.title} could not be drawn ({kind})", is_problem=True)

    # ------------------------------------------------------------ messages of the work screen

    def on_chosen(self, message: Chosen) -> None:
        """Do what was clicked, where it only changes the view."""
        self.is_clicking = True
        self.action_perform(message.action_id)

    def on_filter_line_typed(self, message: FilterLine.Typed) -> None:
        """Filter while it is typed."""
        self.views.type_filter(message.text)

    def on_filter_line_kept(self) -> None:
        """Go back to the rows that are left."""
        self.views.close_filter_line()

    def on_filter_line_given_up(self) -> None:
        """Show every row again."""
        self.views.clear_filter()

    def on_descendant_focus(self) -> None:
        """Say what works where the focus is now."""
        self.show_hints()
