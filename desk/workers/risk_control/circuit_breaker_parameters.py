"""What a circuit breaker is told: what trips it, what it does then, and how it comes back."""

from decimal import Decimal
from enum import StrEnum

from desk.contracts.dto import Symbol
from desk.contracts.manifests import Parameters, parameter
from desk.workers.prices import milliseconds

_LOOK_EVERY_MS = 1_000
_SELDOM_MS = 5_000
_LOOKS_PER_TIMEOUT = 15


class BreakerAction(StrEnum):
    """What a breaker does: keep everybody from new risk, or leave what is held too."""

    BLOCK = "block"
    CLOSE = "close"


class BreakerRearm(StrEnum):
    """Who lifts its block: time and health by themselves, or the operator alone."""

    COOL_DOWN = "cool_down"
    OPERATOR = "operator"


class CircuitBreakerParameters(Parameters):
    """Say what trips it, what it does then, and how it comes back."""

    symbols: tuple[Symbol, ...] = parameter(
        ..., "list of symbols", "The symbols whose feed and price are watched.", min_length=1
    )
    watch_connection: bool = parameter(
        default=True, unit="", description="Trip on a lost connection and on a silent feed."
    )
    feed_timeout_s: Decimal = parameter(
        Decimal(15), "s", "A symbol without a price for longer is silent.", ge=1, le=86_400
    )
    watch_errors: bool = parameter(
        default=True, unit="", description="Trip on orders rejected or of unknown outcome."
    )
    max_errors: int = parameter(5, "orders", "As many within the window trip.", ge=1, le=100)
    error_window_s: Decimal = parameter(
        Decimal(300), "s", "The window in which such orders count.", ge=1, le=86_400
    )
    watch_losses: bool = parameter(
        default=True, unit="", description="Trip on trades lost one after the other, net of fees."
    )
    max_losses: int = parameter(4, "trades", "As many in a row trip.", ge=1, le=100)
    watch_shock: bool = parameter(
        default=True, unit="", description="Trip, for its symbol alone, on a price that moves too far."
    )
    shock: Decimal = parameter(
        Decimal("0.1"), "fraction of the price", "A move of this size within the window trips.", gt=0, lt=1
    )
    shock_window_s: Decimal = parameter(Decimal(300), "s", "The window of such a move.", ge=1, le=86_400)
    action: BreakerAction = parameter(
        BreakerAction.BLOCK,
        "",
        "block: no new risk; close: that, and leave the trades it is about. Never for want of a price.",
    )
    rearm: BreakerRearm = parameter(
        BreakerRearm.COOL_DOWN,
        "",
        "cool_down: by itself, after block_s and healthy_s; operator: by the operator's re-arm alone.",
    )
    block_s: Decimal = parameter(Decimal(900), "s", "A block stands at least as long.", ge=0, le=2_592_000)
    healthy_s: Decimal = parameter(
        Decimal(60), "s", "All must have been well for as long before it ends.", ge=0, le=86_400
    )
    own_strategy_only: bool = parameter(
        default=False,
        unit="",
        description="Count orders and trades of the own strategy alone, and block and close it alone.",
    )

    def wake_every_ms(self) -> int:
        """Look each second, also where no price comes; with a long timeout seldom, at least every 5 s."""
        wanted_ms = milliseconds(self.feed_timeout_s) // _LOOKS_PER_TIMEOUT
        return max(_LOOK_EVERY_MS, min(wanted_ms, _SELDOM_MS))

    def cautions(self) -> tuple[str, ...]:
        """Warn of a breaker that watches nothing."""
        watched = (self.watch_connection, self.watch_errors, self.watch_losses, self.watch_shock)
        return () if any(watched) else ("every condition is switched off: it never trips",)
