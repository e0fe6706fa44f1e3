"""What goes wrong in a drill: every fault that the local exchange knows, with a measure for each."""

from collections.abc import Mapping
from decimal import Decimal

from connectors.sandbox.faults import FAULTS, FaultOrder, Stage

NO_FAULT = "none"

ONLY_WHEN_ASKED = frozenset({"banned"})
"""A ban of the address lasts ten minutes by the venue's word, and until its end nothing can leave."""

_FOR_MS = 10_000
_OUTAGE_MS = 3_000
_EVERY_THIRD = Decimal("0.33")

_OUTAGES = (
    "forbidden", "too_many_requests", "rate_limited", "banned", "rejected", "key_refused", "maintenance",
    "cancel_only",
)  # fmt: skip
"""What is a state of the venue rather than of a line: everything is struck, and it passes."""

_MEASURES: Mapping[str, Mapping[str, object]] = {
    **{name: {"for_ms": _OUTAGE_MS} for name in _OUTAGES},
    "latency": {"delay_ms": 500, "for_ms": _FOR_MS},
    "slow_answer": {"delay_ms": 500, "for_ms": _FOR_MS},
    "rejected_late": {"times": 2},
    "stale_reads": {"lag_ms": 2_000, "for_ms": _FOR_MS},
    "clock_skew": {"skew_ms": 3_000, "for_ms": _FOR_MS},
    "halted": {"for_ms": _OUTAGE_MS},
    "no_liquidity": {"for_ms": _OUTAGE_MS},
    "partial_fills": {"for_ms": _FOR_MS},
    "stream_late": {"delay_ms": 2_000, "for_ms": _FOR_MS},
    "stream_lost": {"probability": Decimal("0.5"), "for_ms": _FOR_MS},
    "traded_by_hand": {"size_base": Decimal(1)},
    "price_jump": {"rate": Decimal("0.005")},
}


def fault_names() -> tuple[str, ...]:
    """Name what a drill can go through: a good line first, then every fault."""
    return (NO_FAULT, *FAULTS)


def usual_faults() -> tuple[str, ...]:
    """Name what a drill goes through by itself."""
    return tuple(one for one in fault_names() if one not in ONLY_WHEN_ASKED)


def fault_order(name: str, symbol: str) -> FaultOrder | None:
    """Return the fault as it is asked of the exchange, None for the good line.

    A fault of the line strikes every third call for ten seconds, an outage every call for three, a fault of
    the stream every message for ten; an event happens once, on `symbol` where it needs one.
    """
    if name == NO_FAULT:
        return None
    measure = dict(_MEASURES.get(name, {}))
    stage = FAULTS[name].stage
    if stage in {Stage.BEFORE, Stage.AFTER} and not measure:
        measure = {"probability": _EVERY_THIRD, "for_ms": _FOR_MS}
    if stage is Stage.STREAM and not measure:
        measure = {"for_ms": _FOR_MS}
    if name in {"halted", "traded_by_hand", "price_jump", "closed_by_hand", "liquidation"}:
        measure["symbol"] = symbol
    return FaultOrder.model_validate({"fault": name, **measure}, strict=False)
