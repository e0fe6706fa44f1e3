"""Price paths for property tests, by hypothesis, which is wanted only where they are drawn."""

from decimal import Decimal
from typing import TYPE_CHECKING

from desk.contracts.problems import DeskError

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

_BASIS_POINTS = 10_000


class HypothesisMissing(DeskError):
    """Price paths were asked for where hypothesis is not installed."""


def price_paths(
    *,
    start: str = "100000",
    steps: int = 60,
    max_move_bps: int = 500,
    price_step: str = "0.1",
) -> "SearchStrategy[list[Decimal]]":
    """Draw paths of up to `steps` moves from `start`, each at most `max_move_bps` of the price.

    Prices lie on `price_step` and above zero. A failing path shrinks towards few and small moves. Raises
    HypothesisMissing where hypothesis is not installed.
    """
    try:
        from hypothesis import strategies
    except ImportError as error:
        message = "price paths need hypothesis: install desk[testing]"
        raise HypothesisMissing(message) from error
    moves = strategies.lists(strategies.integers(-max_move_bps, max_move_bps), max_size=steps)
    return moves.map(lambda drawn: path_of(drawn, start=start, price_step=price_step))


def path_of(moves_bps: list[int], *, start: str = "100000", price_step: str = "0.1") -> list[Decimal]:
    """Return the path that begins at `start` and makes these moves, in hundredths of a percent."""
    step = Decimal(price_step)
    prices = [Decimal(start)]
    for move in moves_bps:
        moved = prices[-1] * (_BASIS_POINTS + move) / _BASIS_POINTS
        prices.append(max((moved / step).to_integral_value() * step, step))
    return prices
