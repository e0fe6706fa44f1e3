"""How much a price moves: realised variance over bars."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

from desk.contracts.market import ZERO, Bar

_FEWEST = 2


def realised_volatility(bars: Sequence[Bar], horizon_ms: int) -> Decimal | None:
    """Return the volatility of log returns over `horizon_ms`, as a fraction; None with less than two bars.

    sigma = sqrt(sum of ln(c / c')^2 x horizon / elapsed): the realised variance of T. G. Andersen and T.
    Bollerslev (Answering the Skeptics, International Economic Review 39, 1998), per unit of time, so that
    a hole in the bars counts as the time it lasted. The mean return is taken as zero, as in the RiskMetrics
    Technical Document (J.P. Morgan, 1996): over short spans it is noise. Closes must be above zero.
    """
    if len(bars) < _FEWEST:
        return None
    elapsed_ms = bars[-1].open_time_ms - bars[0].open_time_ms
    squares = ((now.close / before.close).ln() ** 2 for before, now in pairwise(bars))
    return (sum(squares, ZERO) * horizon_ms / elapsed_ms).sqrt()
