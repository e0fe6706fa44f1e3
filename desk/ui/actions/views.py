"""The habits every pane shares: move between them, look closer, filter, sort, copy, stand still."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeGuard

from desk.ui.actions.action import Action, Group, Situation, Stage
from desk.ui.panes.abilities import can_copy, can_filter, can_sort
from desk.ui.workspaces import WORKSPACES

if TYPE_CHECKING:
    from desk.ui.overlays import Overlays
    from desk.ui.views import Views


def view_actions(
    views: "Views", overlays: "Overlays", open_palette: Callable[[], None]
) -> tuple[Action, ...]:
    """Return the actions that change only what is shown."""
    return (*_table_habits(views), *_habits(views, overlays, open_palette), *_workspaces(views))


def _do(work: Callable[[], None]) -> Callable[[Stage, Situation], Awaitable[None]]:
    async def run(_: Stage, __: Situation) -> None:
        work()

    return run


def _habits(views: "Views", overlays: "Overlays", open_palette: Callable[[], None]) -> tuple[Action, ...]:
    return (
        _view("help", "help", "Every key that works here", "?,f1", overlays.show_help, hint="help"),
        _view(
            "palette",
            "commands",
            "Find any command by its name",
            "ctrl+p,:",
            open_palette,
            hint="commands",
        ),
        _view(
            "freeze",
            "freeze",
            "Stop the display; the desk goes on",
            "space",
            views.toggle_freeze,
            hint="freeze",
        ),
        _view("zoom", "zoom", "Give this pane the whole screen, and back", "z", views.zoom, hint="zoom"),
        _view("back", "back", "Clear the filter, leave the zoom", "escape", views.back),
        _view("jump", "jump", "Go to a pane by its letter", "ctrl+o", overlays.show_jump),
        _view("events", "events", "Everything the screen told", "e", overlays.show_events),
        _view("theme", "theme", "The next theme", "t", views.next_theme),
        _view("quit", "quit", "Leave the screen", "q", overlays.ask_to_leave, hint="quit"),
    )


def _table_habits(views: "Views") -> tuple[Action, ...]:
    filters, sorts, copies = (_can(views, one) for one in (can_filter, can_sort, can_copy))
    return (
        _view(
            "filter",
            "filter",
            "Show only rows with a text",
            "/",
            views.open_filter_line,
            filters,
            hint="filter",
        ),
        _view("sort", "sort", "By the next column", "s", views.sort_next, sorts),
        _view("sort_back", "sort backwards", "Turn the order round", "S", views.sort_backwards, sorts),
        _view("copy_cell", "copy cell", "Put the cell on the clipboard", "y", views.copy_cell, copies),
        _view(
            "copy_row", "copy row", "Put the row on the clipboard, tabs between", "Y", views.copy_row, copies
        ),
    )


def _view(
    name: str,
    title: str,
    tooltip: str,
    keys: str,
    work: Callable[[], None],
    applies: Callable[[Situation], bool] = lambda _: True,
    *,
    hint: str = "",
) -> Action:
    return Action(f"view.{name}", Group.VIEW, title, tooltip, keys, _do(work), applies, hint=hint)


def _can(views: "Views", is_able: Callable[[object], TypeGuard[object]]) -> Callable[[Situation], bool]:
    return lambda _: views.find(is_able) is not None


def _workspaces(views: "Views") -> tuple[Action, ...]:
    return tuple(_workspace(views, number) for number in range(len(WORKSPACES)))


def _workspace(views: "Views", number: int) -> Action:
    one = WORKSPACES[number]

    async def run(_: Stage, __: Situation) -> None:
        await views.open_workspace(one.name)

    panes = ", ".join(one.panes).replace("_", " ").capitalize()
    return Action(f"view.{one.name}", Group.VIEW, f"workspace {one.name}", panes, str(number + 1), run)
