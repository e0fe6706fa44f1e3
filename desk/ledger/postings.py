"""Double entry: every fact that moves money posts amounts that add up to zero in each currency."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from desk.contracts.market import ZERO, InstrumentKind
from desk.contracts.netting import MONEY
from desk.contracts.positions import Balance
from desk.contracts.records import BalanceAdjusted, FillBooked
from desk.contracts.sides import OrderSide
from desk.ledger.rows import Row, RowCodec


class Account(StrEnum):
    """Where money comes from and goes to; BALANCE is what the venue keeps for us."""

    BALANCE = "balance"
    EXCHANGED = "exchanged"
    PROFIT = "profit"
    FEES = "fees"
    ADJUSTED = "adjusted"


_HELD = Account.BALANCE.value


@dataclass(frozen=True, slots=True)
class Posting:
    """Move `amount` of a currency into an account."""

    account: Account
    currency: str
    amount: Decimal


ACCOUNT_ROWS = RowCodec(Posting)


def of_fill(booked: FillBooked, realized_quote: Decimal) -> tuple[Posting, ...]:
    """Post a fill: a spot fill exchanges two currencies, a perpetual pays the profit its net realized."""
    fill = booked.fill
    fee = _moved(Account.FEES, fill.fee_currency, fill.fee.copy_negate())
    if booked.kind is InstrumentKind.PERPETUAL:
        return (*_moved(Account.PROFIT, booked.quote_currency, realized_quote), *fee)
    value = MONEY.multiply(fill.price, fill.size_base)
    bought = fill.side is OrderSide.BUY
    coins = fill.size_base if bought else fill.size_base.copy_negate()
    cash = value.copy_negate() if bought else value
    return (
        *_moved(Account.EXCHANGED, booked.base_currency, coins),
        *_moved(Account.EXCHANGED, booked.quote_currency, cash),
        *fee,
    )


def of_adjustment(record: BalanceAdjusted) -> tuple[Posting, ...]:
    """Post a change of balance that no fill explains."""
    return _moved(Account.ADJUSTED, record.currency, record.delta)


def _moved(source: Account, currency: str, amount: Decimal) -> tuple[Posting, ...]:
    if not amount:
        return ()
    return (Posting(Account.BALANCE, currency, amount), Posting(source, currency, amount.copy_negate()))


class Accounts:
    """Hold the sum of all postings per account and currency."""

    def __init__(self) -> None:
        self._totals: dict[tuple[str, str], Decimal] = {}
        self._balances: tuple[Balance, ...] | None = None

    def post(self, postings: Iterable[Posting]) -> list[tuple[str, str]]:
        """Add `postings`; return the accounts they moved."""
        self._balances = None
        moved = []
        for posting in postings:
            key = (posting.account.value, posting.currency)
            self._totals[key] = MONEY.add(self._totals.get(key, ZERO), posting.amount)
            moved.append(key)
        return moved

    def total(self, account: Account, currency: str) -> Decimal:
        """Return what was posted to an account in one currency."""
        return self._totals.get((account.value, currency), ZERO)

    def balances(self) -> tuple[Balance, ...]:
        """Return every balance ever held, by currency in alphabetical order."""
        if self._balances is None:
            held = sorted(
                (currency, total) for (account, currency), total in self._totals.items() if account == _HELD
            )
            self._balances = tuple(Balance(currency, total) for currency, total in held)
        return self._balances

    def row(self, key: tuple[str, ...]) -> Row | None:
        """Return the row of one account and currency; none where all that was posted to a source is undone.

        Fills that are told out of order post a profit and take it back: they leave what the right order does.
        """
        account, currency = Account(key[0]), key[1]
        amount = self._totals[account.value, currency]
        if not amount and account is not Account.BALANCE:
            return None
        return ACCOUNT_ROWS.encode(Posting(account, currency, amount))

    def restore(self, row: Row) -> None:
        """Take one row back."""
        posting = ACCOUNT_ROWS.decode(row)
        self._balances = None
        self._totals[posting.account.value, posting.currency] = posting.amount
