"""One picture to draw: the newest snapshot, how the desk is reached, and how things are written."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from desk.contracts.screen import Palette
from desk.contracts.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Writing:
    """Say how values are written: the zone of times (None is this machine's), ASCII alone, colours."""

    time_zone: ZoneInfo | None = None
    ascii_only: bool = False
    palette: Palette = Palette.GREEN_RED


@dataclass(frozen=True, slots=True)
class Frame:
    """Hold what every pane draws from.

    `unheard_ms` is how long the desk has not answered, and `unreachable` why: numbers are as old as that
    on top of their own age. `is_paused` tells that the display stands still while the desk goes on.
    """

    snapshot: Snapshot
    writing: Writing
    unheard_ms: int = 0
    unreachable: str = ""
    is_paused: bool = False
