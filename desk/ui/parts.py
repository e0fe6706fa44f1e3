"""What a screen is opened with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from desk.contracts.ports.client import DeskClient
from desk.contracts.screen import LastResort, ScreenMemory, ScreenSettings
from desk.ui.panes.pane import Pane
from desk.ui.poll import monotonic_ms
from desk.ui.viewmodels.frame import Writing


@dataclass(frozen=True, slots=True)
class ScreenParts:
    """Hold what a screen is opened with.

    `quit_question` is asked before leaving, None where leaving stops nothing; `when_shown` is called once
    something stands on the screen.
    """

    client: DeskClient
    settings: ScreenSettings
    memory: ScreenMemory
    writing: Writing
    quit_question: str | None = None
    last_resort: LastResort | None = None
    with_tour: bool = False
    when_shown: Callable[[], None] | None = None
    catalog: Mapping[str, type[Pane]] | None = None
    now_ms: Callable[[], int] = monotonic_ms
