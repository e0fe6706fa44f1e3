"""The context of one symbol as it stands: the newest assessment of every source, weighed together."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from desk.contracts.ids import ContextId
from desk.contracts.market import ZERO
from desk.contracts.sides import PositionSide
from desk.contracts.signals import ContextAssessment, ContextFactor


@dataclass(frozen=True, slots=True)
class AggregatedContext:
    """Hold the factors that stand, and the assessments they are from, oldest first."""

    factors: tuple[ContextFactor, ...]
    context_ids: tuple[ContextId, ...]

    def strength(self, side: PositionSide) -> Decimal:
        """Return the greatest strength as a trade of `side` sees it, zero where there is none."""
        return max((rating for rating in self._ratings(side) if rating > 0), default=ZERO)

    def weakness(self, side: PositionSide) -> Decimal:
        """Return the greatest weakness as a trade of `side` sees it, zero where there is none."""
        return max((-rating for rating in self._ratings(side) if rating < 0), default=ZERO)

    def _ratings(self, side: PositionSide) -> Iterator[Decimal]:
        for factor in self.factors:
            rating = factor.strength if factor.strength is not None else -(factor.weakness or ZERO)
            yield rating if factor.both_sides else rating * side.sign


class ContextBook:
    """Keep the newest assessment of each source on one symbol; one that is too old counts no more.

    Where `max_age_ms` is None it stands until its source says otherwise.
    """

    def __init__(self, symbol: str, max_age_ms: int | None) -> None:
        self._symbol = symbol
        self._max_age_ms = max_age_ms
        self._newest: dict[str, ContextAssessment] = {}

    def take(self, assessment: ContextAssessment) -> None:
        """Let it take the place of what its sources said before."""
        if assessment.symbol == self._symbol:
            for factor in assessment.factors:
                self._newest[factor.source] = assessment

    def standing(self, now_ms: int) -> AggregatedContext | None:
        """Return what counts now, None where nothing does."""
        standing = {
            source: one
            for source, one in self._newest.items()
            if self._max_age_ms is None or now_ms - one.assessed_at_ms <= self._max_age_ms
        }
        if not standing:
            return None
        factors = tuple(
            factor for source, one in standing.items() for factor in one.factors if factor.source == source
        )
        in_order = sorted(standing.values(), key=lambda one: one.assessed_at_ms)
        return AggregatedContext(factors, tuple(dict.fromkeys(one.context_id for one in in_order)))
