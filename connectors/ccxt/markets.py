"""The venue's markets as ccxt lists them: filters in base, and sizes between base and contracts."""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from connectors.ccxt.decimals import above_zero, number
from connectors.ccxt.settings import MarketChoice
from desk.contracts.assets import currencies_of
from desk.contracts.market import ONE, ZERO, Instrument, InstrumentKind

Row = Mapping[str, Any]
"""One thing as ccxt tells it, its numbers as text."""

_CATEGORIES = {MarketChoice.SPOT: "spot", MarketChoice.SWAP: "linear"}
_TICK_SIZE, _DECIMAL_PLACES = 4, 2
_SYMBOL = re.compile(r"[A-Z0-9]+/[A-Z0-9]+(:[A-Z0-9]+)?")


Fees = tuple[Decimal, Decimal]
"""What a maker and what a taker pays, as fractions of notional."""


class UnreadableRow(Exception):
    """The venue said something that cannot be understood: it proves nothing."""


class Markets:
    """Know the markets of one kind, spot or linear perpetuals, at one venue."""

    def __init__(self, choice: MarketChoice, precision_mode: int, rows: Iterable[Row] = ()) -> None:
        self.choice = choice
        self._precision_mode = precision_mode
        self._rows: dict[str, Row] = {}
        self._symbols: dict[str, str] = {}
        self._fees: dict[str, Fees] = {}
        self.replace(rows)

    def replace(self, rows: Iterable[Row]) -> None:
        """Take what the venue lists now instead of what it listed before."""
        chosen = [row for row in rows if _is_chosen(row, self.choice)]
        self._rows = {str(row["symbol"]): row for row in chosen}
        self._symbols = {str(row["id"]): str(row["symbol"]) for row in chosen}

    def charge(self, fees: Mapping[str, Fees]) -> None:
        """Take what the account really pays, by the venue's names of the markets."""
        self._fees = {self._symbols[name]: paid for name, paid in fees.items() if name in self._symbols}

    def __contains__(self, symbol: object) -> bool:
        """Tell whether the venue has the symbol among this kind."""
        return symbol in self._rows

    @property
    def settle_currencies(self) -> list[str]:
        """List what the perpetuals settle in."""
        return sorted({str(row["settle"]) for row in self._rows.values() if row.get("settle")})

    def instruments(self) -> list[Instrument]:
        """List the filters of what can be traded now; a market without a usable step is left out."""
        found = (self._instrument(row) for row in self._rows.values() if row.get("active") is not False)
        return [one for one in found if one is not None]

    def instrument(self, symbol: str) -> Instrument | None:
        """Return the filters of a symbol, tradable now or not."""
        row = self._rows.get(symbol)
        return None if row is None else self._instrument(row)

    def symbol_of(self, row: Row) -> str:
        """Return the symbol of an order, fill or position; raises UnreadableRow where it has none.

        The venue's own name goes first: ccxt guesses spot or perpetual from the fields a row happens to have.
        """
        info = row.get("info")
        named = info.get("symbol") if isinstance(info, Mapping) else None
        symbol = self._symbols.get(str(named)) or row.get("symbol")
        if not symbol:
            raise UnreadableRow("a row without a symbol")
        return str(symbol)

    def concerns(self, row: Row) -> bool:
        """Tell whether a row is about this kind of market: an account's streams tell of all its kinds."""
        info = row.get("info")
        category = info.get("category") if isinstance(info, Mapping) else None
        if category:
            return bool(category == _CATEGORIES[self.choice])
        return (":" in str(row.get("symbol") or "")) == (self.choice is MarketChoice.SWAP)

    def quote_of(self, symbol: str) -> str:
        """Return what a symbol is paid in."""
        row = self._rows.get(symbol)
        return str((row.get("settle") or row["quote"]) if row else currencies_of(symbol)[1])

    def contract_base(self, symbol: str) -> Decimal:
        """Return how much base one contract is; one for spot."""
        row = self._rows.get(symbol)
        return (above_zero(row.get("contractSize")) if row else None) or ONE

    def base_of(self, symbol: str, amount: object) -> Decimal | None:
        """Read an amount as the venue counts it into base."""
        counted = number(amount)
        return None if counted is None else counted * self.contract_base(symbol)

    def amount_of(self, symbol: str, size_base: Decimal) -> Decimal:
        """Count a size in base as the venue does."""
        return size_base / self.contract_base(symbol)

    def _instrument(self, row: Row) -> Instrument | None:
        symbol, precision, limits = str(row["symbol"]), row["precision"], row["limits"]
        price_step, amount_step = self._step(precision["price"]), self._step(precision["amount"])
        if price_step is None or amount_step is None or not _SYMBOL.fullmatch(symbol):
            return None
        contract = self.contract_base(symbol)
        least = above_zero(_limit(limits, "amount", "min")) or amount_step
        most = _most(row)
        listed = (number(row.get("maker")) or ZERO, number(row.get("taker")) or ZERO)
        maker, taker = self._fees.get(symbol, listed)
        return Instrument(
            symbol=symbol,
            kind=InstrumentKind.SPOT if self.choice is MarketChoice.SPOT else InstrumentKind.PERPETUAL,
            base=str(row["base"]),
            quote=str(row["quote"]),
            price_step=price_step,
            size_step=amount_step * contract,
            min_size_base=least * contract,
            min_notional_quote=number(_limit(limits, "cost", "min")) or ZERO,
            maker_fee=maker,
            taker_fee=taker,
            max_size_base=None if most is None else most * contract,
            max_leverage=self._max_leverage(limits),
        )

    def _max_leverage(self, limits: Row) -> Decimal:
        if self.choice is MarketChoice.SPOT:
            return ONE
        return above_zero(_limit(limits, "leverage", "max")) or ONE

    def _step(self, precision: object) -> Decimal | None:
        read = number(precision)
        if read is None:
            return None
        if self._precision_mode == _TICK_SIZE:
            return read if read > ZERO else None
        if self._precision_mode == _DECIMAL_PLACES:
            return Decimal(1).scaleb(-int(read))
        return None


def _is_chosen(row: Row, choice: MarketChoice) -> bool:
    if choice is MarketChoice.SPOT:
        return bool(row.get("spot"))
    return bool(row.get("swap")) and bool(row.get("linear"))


def _limit(limits: Row, of: str, bound: str) -> object:
    found = limits.get(of) or {}
    return found.get(bound)


def _most(row: Row) -> Decimal | None:
    """Return the most that one order of any type may ask for: market orders are often bound tighter."""
    info = row.get("info") or {}
    lot = info.get("lotSizeFilter") if isinstance(info, Mapping) else None
    stated = [
        _limit(row["limits"], "amount", "max"),
        _limit(row["limits"], "market", "max"),
        (lot or {}).get("maxMktOrderQty"),
    ]
    known = [one for one in map(above_zero, stated) if one is not None]
    return min(known) if known else None
