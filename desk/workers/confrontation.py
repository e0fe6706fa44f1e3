"""The confrontation of strengths, weaknesses, opportunities and threats, for one side of one symbol."""

from dataclasses import dataclass
from decimal import Decimal

from desk.contracts.market import ONE, ZERO
from desk.contracts.sides import PositionSide


@dataclass(frozen=True, slots=True)
class Confrontation:
    """Hold the four in [0, 1] as the trade sees them; a weakness of the symbol is a short's strength."""

    strength: Decimal
    weakness: Decimal
    opportunity: Decimal
    threat: Decimal

    @classmethod
    def of(
        cls,
        side: PositionSide,
        symbol_strength: Decimal,
        symbol_weakness: Decimal,
        opportunity: Decimal,
        threat: Decimal,
    ) -> "Confrontation":
        """Read the symbol's strength and weakness from the side of the trade."""
        if side is PositionSide.LONG:
            return cls(symbol_strength, symbol_weakness, opportunity, threat)
        return cls(symbol_weakness, symbol_strength, opportunity, threat)

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
