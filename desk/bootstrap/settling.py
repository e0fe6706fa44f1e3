"""The last moments of a desk: what it has just asked the venue for is answered before it goes."""

from desk.bootstrap.assembly import Desk

_WITHIN_MS = 1_500
_STEP_MS = 20


async def settled(desk: Desk) -> None:
    """Take no more ticks and wait, for 1.5 s at most, until nothing is under way but what rests."""
    await desk.core.stop()
    clock = desk.core.parts.clock
    deadline_ms = clock.monotonic_ms() + _WITHIN_MS
    while is_under_way(desk) and clock.monotonic_ms() < deadline_ms:
        await clock.sleep_ms(_STEP_MS)


def is_under_way(desk: Desk) -> bool:
    """Tell whether the desk would leave a trade without its stop, or not hear of a fill, if it went now."""
    execution, ledger = desk.core.parts.execution, desk.core.parts.ledger
    return (
        execution.executors.emergency_exit.is_running
        or len(execution.orchestrator.lanes) > 0
        or execution.keeper.is_aligning
        or any(not one.is_over and not one.status.is_working for one in ledger.live_orders())
    )
