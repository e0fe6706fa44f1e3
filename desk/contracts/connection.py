"""How a connector reaches its venue at this moment."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class StreamCondition:
    """Show one subscription.

    `silent_ms` counts from its last data, None before the first; `is_stale` says that this is too long for
    it; `gaps` counts how often it was interrupted and reads had to tell what it missed. `symbols` are those
    whose prices it brings; empty where it brings something else.
    """

    name: str
    is_up: bool
    is_stale: bool
    silent_ms: int | None = None
    gaps: int = 0
    symbols: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Connection:
    """Show what requests and streams are like; None and an empty tuple where there is nothing to say.

    `latency_ms` is the newest request's round trip; `budget_left` the share of the venue's request budget
    that is free now, 0 to 1; `clock_skew_ms` the venue's clock minus this machine's; `banned_for_ms` how long
    the venue wants no request; `key_refused` why the venue refuses the account's key, None while it takes it.
    """

    latency_ms: int | None = None
    budget_left: Decimal | None = None
    clock_skew_ms: int | None = None
    banned_for_ms: int | None = None
    streams: tuple[StreamCondition, ...] = ()
    key_refused: str | None = None
