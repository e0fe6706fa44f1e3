"""The confrontation matrix: strengths and weaknesses against opportunities and threats, for one trade."""

from dataclasses import dataclass
from decimal import Decimal

from desk.contracts.market import ONE, ZERO


@dataclass(frozen=True, slots=True)
class Confrontation:
    """Hold the greatest of each in [0, 1], as the trade sees them."""

    strength: Decimal
    weakness: Decimal
    opportunity: Decimal
    threat: Decimal

    @property
    def score(self) -> Decimal:
        """The weakest of the four confrontations: each one must hold.

        The greatest of them would trade on strength alone, with no opportunity in sight.
        """
        if not self.opportunity > ZERO:
            return ZERO
        return min(
            self.strength * self.opportunity,
            (ONE - self.weakness) * self.opportunity,
            self.strength * (ONE - self.threat),
            (ONE - self.weakness) * (ONE - self.threat),
        )
