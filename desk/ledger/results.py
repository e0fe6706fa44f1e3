"""What all trades earned and paid so far, per quote currency."""

from dataclasses import dataclass
from decimal import Decimal

from desk.contracts.market import ZERO
from desk.contracts.netting import MONEY
from desk.contracts.positions import Position
from desk.ledger.rows import Row, RowCodec


@dataclass(frozen=True, slots=True)
class Result:
    """Sum the realized profit before fees, and the fees, of every trade quoted in one currency."""

    currency: str
    realized_quote: Decimal = ZERO
    fees_quote: Decimal = ZERO


RESULT_ROWS = RowCodec(Result)


class Results:
    """Hold the result of each quote currency."""

    def __init__(self) -> None:
        self._results: dict[str, Result] = {}

    def move(self, currency: str, before: Position, after: Position) -> None:
        """Take in what one fill changed about one trade."""
        now = self.of(currency)
        earned = MONEY.subtract(after.realized_quote, before.realized_quote)
        paid = MONEY.subtract(after.fees_quote, before.fees_quote)
        self._results[currency] = Result(
            currency, MONEY.add(now.realized_quote, earned), MONEY.add(now.fees_quote, paid)
        )

    def of(self, currency: str) -> Result:
        """Return the result in one quote currency."""
        return self._results.get(currency) or Result(currency)

    def all(self) -> tuple[Result, ...]:
        """Return every result, by currency in alphabetical order."""
        return tuple(result for _, result in sorted(self._results.items()))

    def row(self, currency: str) -> Row:
        """Return the row of one currency."""
        return RESULT_ROWS.encode(self.of(currency))

    def restore(self, row: Row) -> None:
        """Take one row back."""
        result = RESULT_ROWS.decode(row)
        self._results[result.currency] = result
