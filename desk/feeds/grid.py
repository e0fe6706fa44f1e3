"""Numbers on an instrument's steps: a tick shows only prices and sizes a venue could have shown."""

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal

from desk.contracts.market import ONE


class Grid:
    """Round to multiples of `step`, at least one of them."""

    __slots__ = ("_is_power_of_ten", "step")

    def __init__(self, step: Decimal) -> None:
        self.step = step.normalize()
        self._is_power_of_ten = self.step <= 1 and self.step == ONE.scaleb(self.step.adjusted())

    def nearest(self, value: Decimal) -> Decimal:
        """Return the nearest multiple."""
        return self._rounded(value, ROUND_HALF_EVEN)

    def floor(self, value: Decimal) -> Decimal:
        """Return the next multiple at or below."""
        return self._rounded(value, ROUND_FLOOR)

    def ceil(self, value: Decimal) -> Decimal:
        """Return the next multiple at or above."""
        return self._rounded(value, ROUND_CEILING)

    def _rounded(self, value: Decimal, rounding: str) -> Decimal:
        step = self.step
        if self._is_power_of_ten:  # several times faster, and the usual case
            rounded = value.quantize(step, rounding)
        else:
            rounded = (value / step).to_integral_value(rounding) * step
        return rounded if rounded >= step else step  # noqa: FURB136 - max costs as much as the rounding
