"""How much a chain of events, and one worker, may do before the platform steps in."""

from dataclasses import dataclass

NANOSECONDS_PER_MS = 1_000_000


@dataclass(frozen=True, slots=True)
class BusLimits:
    """Bound what one subscriber's call can set off: nested publishes, and events in all."""

    max_depth: int = 32
    max_chain_events: int = 5_000


@dataclass(frozen=True, slots=True)
class AdapterLimits:
    """Bound a worker: errors within a window, time per call, events per call and per second, and refusals.

    One call longer than `stop_after_ms` stops it at once: nobody else is heard meanwhile.
    `max_refusals_per_minute` counts its directives on one trade, and those in symbols that are not its
    blueprint's, that are refused as soon as they are issued.
    """

    max_errors: int = 5
    error_window_ms: int = 3_600_000
    time_budget_ms: int = 50
    stop_after_ms: int = 1_000
    max_events_per_call: int = 100
    max_events_per_second: int = 1_000
    max_refusals_per_minute: int = 100
