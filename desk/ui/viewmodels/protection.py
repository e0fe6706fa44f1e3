"""What stands between a position and ruin, in words that cannot be missed."""

from desk.contracts.directives import Protection
from desk.contracts.positions import EXTERNAL_STRATEGY
from desk.contracts.snapshot import PositionRow, Snapshot
from desk.ui.viewmodels.connection import running_clock
from desk.ui.viewmodels.table import Cell
from desk.ui.viewmodels.tones import Tone


def stopless(snapshot: Snapshot) -> int:
    """Count the positions without a stop: what they may lose is in no sum."""
    return sum(one.position.stop_price is None for one in snapshot.positions)


def protection_cell(row: PositionRow, unheard_ms: int) -> Cell:
    """Say how a position is protected; a missing stop comes first when sorted, the longest naked before."""
    position = row.position
    if position.protection is Protection.REQUIRED and not row.is_protected:
        naked_ms = row.naked_ms + unheard_ms
        return Cell(f"NO STOP {running_clock(naked_ms)}", Tone.ALARM, -naked_ms - 3)
    distance = row.stop_distance.value
    if position.stop_price is not None and distance is not None and distance < 0:
        return Cell("THROUGH STOP", Tone.ALARM, -2)
    if position.strategy_id == EXTERNAL_STRATEGY:
        return Cell("EXTERNAL", Tone.WARN, -1)
    if position.protection is Protection.NONE and position.stop_price is None:
        return Cell("none wanted", Tone.DIM, 1)
    return Cell("STOP OK", Tone.PLAIN, 0)
