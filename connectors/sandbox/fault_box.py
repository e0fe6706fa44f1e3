"""The faults in force: which of them strikes a call, counted and seeded."""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from connectors.sandbox.faults import CallKind, FaultOrder, Stage
from desk.contracts.ports.time import Rng

_CHANCE_BITS: Final = 32


@dataclass(frozen=True, slots=True)
class Call:
    """Describe a call to be struck: what it is, its path or topic, and the symbol it is about."""

    kinds: tuple[CallKind, ...]
    path: str
    symbol: str | None = None


@dataclass(slots=True)
class ActiveFault:
    """Hold a fault that was asked for, and how often it met and struck a call."""

    number: int
    order: FaultOrder
    begins_ms: int
    met: int = 0
    struck: int = field(default=0)

    def is_spent(self) -> bool:
        """Tell whether it has struck as often as it may."""
        return self.order.times is not None and self.struck >= self.order.times

    def is_over(self, now_ms: int) -> bool:
        """Tell whether it will never strike again."""
        lasts_ms = self.order.for_ms
        return self.is_spent() or (lasts_ms is not None and now_ms >= self.begins_ms + lasts_ms)


class FaultBox:
    """Keep what was asked for; times are of the clock that never jumps."""

    def __init__(self, rng: Rng, monotonic_ms: Callable[[], int]) -> None:
        self._rng = rng
        self._monotonic_ms = monotonic_ms
        self._active: list[ActiveFault] = []
        self._count = 0

    @property
    def active(self) -> list[ActiveFault]:
        """What is in force or will be, oldest first."""
        now_ms = self._monotonic_ms()
        self._active = [one for one in self._active if not one.is_over(now_ms)]
        return list(self._active)

    def add(self, order: FaultOrder) -> ActiveFault:
        """Let a fault be, from its time on."""
        self._count += 1
        added = ActiveFault(self._count, order, self._monotonic_ms() + order.after_ms)
        self._active.append(added)
        return added

    def lift(self, number: int) -> bool:
        """End a fault; tell whether it was there."""
        left = [one for one in self._active if one.number != number]
        is_found = len(left) < len(self._active)
        self._active = left
        return is_found

    def clear(self) -> None:
        """End every fault."""
        self._active = []

    def strikes(self, call: Call, stage: Stage) -> list[FaultOrder]:
        """Return what strikes this call at this stage, oldest first, and count it."""
        if not self._active:
            return []
        return [one.order for one in self.active if one.order.kind.stage is stage and self._hits(one, call)]

    def in_force(self, name: str, symbol: str | None = None) -> FaultOrder | None:
        """Return a state that holds now, the newest where several do."""
        now_ms = self._monotonic_ms()
        for one in reversed(self.active if self._active else []):
            is_meant = one.order.fault == name and one.order.symbol in {None, symbol}
            if is_meant and one.begins_ms <= now_ms:
                return one.order
        return None

    def _hits(self, one: ActiveFault, call: Call) -> bool:
        order = one.order
        if one.begins_ms > self._monotonic_ms() or not any(kind in order.calls for kind in call.kinds):
            return False
        if order.path not in call.path or (order.symbol is not None and order.symbol != call.symbol):
            return False
        one.met += 1
        if one.met <= order.skip or not self._chance(order.probability):
            return False
        one.struck += 1
        return True

    def _chance(self, probability: Decimal) -> bool:
        if probability >= 1:
            return True
        return Decimal(self._rng.getrandbits(_CHANCE_BITS)) / (1 << _CHANCE_BITS) < probability
