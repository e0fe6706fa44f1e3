"""What a screen is told when it opens, and what it remembers between two openings."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class Palette(StrEnum):
    """Which colours mean profit and loss."""

    GREEN_RED = "green_red"
    BLUE_ORANGE = "blue_orange"
    RED_GREEN = "red_green"


@dataclass(frozen=True, slots=True)
class ScreenSettings:
    """Hold the `ui` block: how the screen looks and is steered.

    `keymap` maps an action's id to its keys, `time_zone` is an IANA name or `local`, `refresh_hz` is from
    1 to 10. `ascii_only` draws with ASCII alone; `observe` leaves out everything that acts.
    """

    theme: str = "desk-dark"
    palette: Palette = Palette.GREEN_RED
    time_zone: str = "local"
    refresh_hz: int = 4
    ascii_only: bool = False
    observe: bool = False
    keymap: Mapping[str, str] = field(default_factory=dict)


class ScreenMemory(Protocol):
    """Keep what the operator chose on the screen: layout, theme, sort orders, hints seen."""

    def load(self) -> Mapping[str, str]:
        """Return what was kept; empty where nothing is or the file is damaged."""
        ...

    def save(self, choices: Mapping[str, str]) -> None:
        """Keep `choices` whole; a disk that refuses is ignored: it costs a layout, never a trade."""
        ...

    def export(self, name: str, text: str) -> str:
        """Write a file the operator asked for, such as a CSV, and return where it is; raises OSError."""
        ...


class LastResort(Protocol):
    """Leave every position from outside a desk that does not answer."""

    async def flatten(self, told: Callable[[str], None]) -> int:
        """Run `desk flatten` as a process of its own, tell each line it says, return its exit code."""
        ...
