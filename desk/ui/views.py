"""What the view actions do to the screen: none of it reaches the desk."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeGuard, TypeVar

from textual.content import Content
from textual.widget import Widget

from desk.ui.panes.abilities import can_copy, can_filter, can_sort
from desk.ui.panes.pane import Pane
from desk.ui.screens.work import WorkScreen
from desk.ui.themes import THEME_NAMES
from desk.ui.viewmodels.text import clean
from desk.ui.workspaces import WORKSPACES

if TYPE_CHECKING:
    from desk.ui.app import DeskApp

Ability = TypeVar("Ability")


class Views:
    """Zoom, freeze, filter, sort, copy and theme, over one work screen."""

    def __init__(self, app: "DeskApp", screen: WorkScreen) -> None:
        self._app = app
        self._screen = screen
        self._filters = dict[str, str]()
        self._filtered: Pane | None = None
        self._ordered = set[str]()

    def find(self, is_able: Callable[[object], TypeGuard[Ability]]) -> Ability | None:
        """Return what has the focus, or the nearest around it, that has an ability."""
        focused = self._screen.focused
        around = () if focused is None else focused.ancestors_with_self
        return next((one for one in around if is_able(one)), None)

    def _within(self, pane: Pane, is_able: Callable[[object], TypeGuard[Ability]]) -> Ability | None:
        """Return `pane`, or the first thing in it, that has an ability."""
        return next((one for one in (pane, *pane.walk_children(Widget)) if is_able(one)), None)

    # ------------------------------------------------------------ workspaces

    async def open_workspace(self, name: str) -> None:
        """Show a workspace, drawn at once, and keep the choice."""
        self.unzoom()
        self.close_filter_line()
        await self._screen.show_workspace(name)
        self._app.choices.keep("workspace", name)
        self._app.redraw()

    async def open_first(self) -> None:
        """Show the workspace of last time."""
        kept = self._app.choices["workspace"]
        names = [one.name for one in WORKSPACES]
        await self.open_workspace(kept if kept in names else names[0])

    # ------------------------------------------------------------ zoom and freeze

    def zoom(self) -> None:
        """Give the focused pane the whole workspace, or give the others their room back."""
        pane = self._screen.focused_pane
        if self.is_zoomed:
            self.unzoom()
        elif pane is not None:
            for one in self._screen.shown_panes():
                one.display = one is pane
            self._screen.add_class("-zoomed")
        self._app.redraw()

    @property
    def is_zoomed(self) -> bool:
        """Whether one pane has the whole workspace."""
        return self._screen.has_class("-zoomed")

    def unzoom(self) -> None:
        """Show every pane of the workspace."""
        self._screen.remove_class("-zoomed")
        for view in self._screen.views.values():
            for pane in view.panes:
                pane.display = True

    def back(self) -> None:
        """Clear the filter, or else leave the zoom."""
        pane = self._screen.focused_pane
        if self._filtered is not None or (pane is not None and self.filter_of(pane)):
            self.clear_filter()
        else:
            self.unzoom()

    def toggle_freeze(self) -> None:
        """Let the panes stand still while the desk goes on, or let them move again."""
        board = self._app.board
        if board.is_frozen:
            board.thaw()
        else:
            board.freeze()
        self._app.redraw()

    # ------------------------------------------------------------ filter

    def open_filter_line(self) -> None:
        """Let a filter be typed for the focused pane."""
        pane = self._screen.focused_pane
        if pane is not None and self.find(can_filter) is not None:
            self._filtered = pane
            self._screen.filter_line.open(self.filter_of(pane))

    def filter_of(self, pane: Pane) -> str:
        """Return the text a pane is filtered by, "" where it is not."""
        return self._filters.get(pane.name_of_pane, "")

    def type_filter(self, text: str) -> None:
        """Filter by what was typed so far, and tell how much is left."""
        pane = self._filtered
        if pane is not None:
            self._filters[pane.name_of_pane] = text
            shown, there = self._filter(pane)
            self._screen.filter_line.show_count(shown, there)

    def close_filter_line(self) -> None:
        """Keep the filter and go back to its pane."""
        pane, self._filtered = self._filtered, None
        line = self._screen.filter_line
        if not line.display:
            return
        line.close()
        if pane is not None:
            self._screen.focus_first(pane)

    def clear_filter(self) -> None:
        """Show every row of the focused pane again, or of the one being filtered."""
        pane = self._filtered or self._screen.focused_pane
        if pane is not None and self._filters.pop(pane.name_of_pane, ""):
            self._filter(pane)
        self.close_filter_line()

    def follow(self) -> None:
        """Tell the counts of filtered panes anew, and remember the order a click may have given."""
        for pane in self._screen.shown_panes():
            if self.filter_of(pane):
                self._filter(pane)
            self._follow_order(pane)

    def _filter(self, pane: Pane) -> tuple[int, int]:
        text, target = self.filter_of(pane), self._within(pane, can_filter)
        shown, there = (0, 0) if target is None else target.apply_filter(text)
        pane.border_subtitle = Content(f"/{text}  {shown} of {there}") if text else None
        return shown, there

    # ------------------------------------------------------------ sort

    def sort_next(self) -> None:
        """Sort the focused pane by its next column; after the last they stand as they come."""
        target = self.find(can_sort)
        if target is not None:
            keys = ["", *(one.key for one in target.columns)]
            now = target.row_order.removeprefix("-")
            place = keys.index(now) if now in keys else 0
            target.sort_by(keys[(place + 1) % len(keys)])

    def sort_backwards(self) -> None:
        """Turn the order of the focused pane round."""
        target = self.find(can_sort)
        if target is not None and target.row_order:
            order = target.row_order
            target.sort_by(order[1:] if order.startswith("-") else f"-{order}")

    def column_of(self, letter: str) -> str:
        """Return the column of the focused pane whose title begins with `letter`, "" where none does."""
        target = self.find(can_sort)
        columns = () if target is None else target.columns
        return next((one.key for one in columns if one.title.upper().startswith(letter)), "")

    def sort_by_letter(self, letter: str) -> None:
        """Sort by the column that begins with `letter`; again, the other way round."""
        target, key = self.find(can_sort), self.column_of(letter)
        if target is not None and key:
            target.sort_by(f"-{key}" if target.row_order == key else key)

    def _follow_order(self, pane: Pane) -> None:
        """Give a pane its order of last time as soon as it has columns; from then on remember its own."""
        target, choice = self._within(pane, can_sort), f"sort.{pane.name_of_pane}"
        if target is None or not target.columns:
            return
        if choice in self._ordered:
            self._app.choices.keep(choice, target.row_order)
        elif self._app.choices[choice]:
            target.sort_by(self._app.choices[choice])
        self._ordered.add(choice)

    # ------------------------------------------------------------ copy and theme

    def copy_cell(self) -> None:
        """Put the cell under the cursor on the clipboard."""
        target = self.find(can_copy)
        self._copy("" if target is None else target.cell_text())

    def copy_row(self) -> None:
        """Put the row under the cursor on the clipboard, tabs between its cells."""
        target = self.find(can_copy)
        self._copy("" if target is None else target.row_text())

    def _copy(self, text: str) -> None:
        if not text:
            self._app.tell("nothing to copy here")
            return
        self._app.copy_to_clipboard(text)
        self._app.tell(f"copied: {clean(text)}")

    def next_theme(self) -> None:
        """Go to the next theme and keep it."""
        place = THEME_NAMES.index(self._app.theme) if self._app.theme in THEME_NAMES else -1
        self._app.theme = THEME_NAMES[(place + 1) % len(THEME_NAMES)]
        self._app.choices.keep("theme", self._app.theme)
        self._app.tell(f"theme {self._app.theme}")
