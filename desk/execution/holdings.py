"""What an account holds and has ordered, by the venue's word alone: no ledger, no journal."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from decimal import Decimal

from desk.contracts.market import ZERO, Instrument, InstrumentKind
from desk.contracts.netting import fill_order
from desk.contracts.orders import VenueBalance, VenueFill, VenueOrder
from desk.contracts.sides import OrderSide, PositionSide
from desk.execution.client_ids import desk_prefix
from desk.execution.coverage import is_too_small
from desk.execution.reading import VenueReader

_OVERLAP_MS = 60_000
"""How much of what was read is read again: a venue may show a fill later than the next one."""

PriceOf = Callable[[str], Decimal | None]
"""Return the last known price of a symbol in quote, None where there is none."""


@dataclass(frozen=True, slots=True)
class Held:
    """Hold what is to be sold or bought back on one symbol; `size_base` is above zero."""

    symbol: str
    side: PositionSide
    size_base: Decimal
    is_spot: bool

    def words(self) -> str:
        """Name it."""
        return f"{self.side} {self.size_base:f} {self.symbol}"


@dataclass(frozen=True, slots=True)
class Holdings:
    """Hold everything that is to be left: positions and coins, what is too small of them, and orders."""

    held: tuple[Held, ...]
    dust: tuple[Held, ...]
    orders: tuple[VenueOrder, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing tradable is held and nothing is ordered."""
        return not self.held and not self.orders

    def words(self) -> list[str]:
        """Name each of it, and what is to become of it."""
        return [
            *(f"close {one.words()}" for one in self.held),
            *(f"leave {one.words()}: too small to trade" for one in self.dust),
            *(f"cancel {order_words(one)}" for one in self.orders),
        ]


def order_words(order: VenueOrder) -> str:
    """Name an order."""
    left = order.size_base - order.filled_base
    return f"{order.side} {left:f} {order.symbol} {order.order_type} ({order.client_order_id})"


@dataclass(slots=True)
class AccountReader:
    """Read an account: on derivatives all of it is ours to leave, on spot what our own orders bought.

    With `all_balances` every coin and every spot order is, too. What the venue does not trade is not asked
    for; fills, which may be many, are read whole once and then on from the newest.
    """

    reader: VenueReader
    instruments: Mapping[str, Instrument]
    kinds: AbstractSet[InstrumentKind]
    desk_id: str
    account_currency: str
    all_balances: bool
    price_of: PriceOf
    _fills: dict[tuple[str, str], VenueFill] = field(default_factory=dict)

    async def holdings(self) -> Holdings:
        """Read what there is; raises ReadFailed, which says nothing about what is held."""
        read, positions, coins = await asyncio.gather(
            self.reader.open_orders(), self._positions(), self._coins_held()
        )
        held = [*positions, *coins]
        orders = tuple(one for one in read if self._is_concerned(one))
        dust = [one for one in held if self._is_dust(one)]
        return Holdings(tuple(one for one in held if one not in dust), tuple(dust), orders)

    async def _positions(self) -> list[Held]:
        if InstrumentKind.PERPETUAL not in self.kinds:
            return []
        found = await self.reader.positions()
        return [Held(one.symbol, one.side, one.size_base, is_spot=False) for one in found]

    async def _coins_held(self) -> list[Held]:
        if InstrumentKind.SPOT not in self.kinds:
            return []
        return self._coins(await self.reader.balances(), await self._every_fill())

    async def _every_fill(self) -> list[VenueFill]:
        since_ms = max((one.time_ms for one in self._fills.values()), default=_OVERLAP_MS) - _OVERLAP_MS
        for fill in await self.reader.fills(since_ms):
            self._fills[fill.symbol, fill.venue_trade_id] = fill
        return sorted(self._fills.values(), key=lambda one: fill_order(one.time_ms, one.venue_trade_id))

    def last_price(self, symbol: str) -> Decimal | None:
        """Return the price of a symbol, where nobody knows one that of the account's newest fill."""
        traded = [one for one in self._fills.values() if one.symbol == symbol]
        newest = max(traded, key=lambda one: one.time_ms, default=None)
        return self.price_of(symbol) or (None if newest is None else newest.price)

    def is_ours(self, client_order_id: str | None) -> bool:
        """Tell whether an order carries this desk's name."""
        return client_order_id is not None and client_order_id.startswith(desk_prefix(self.desk_id))

    def _is_concerned(self, order: VenueOrder) -> bool:
        instrument = self.instruments.get(order.symbol)
        is_spot = instrument.is_spot if instrument is not None else ":" not in order.symbol
        return not is_spot or self.all_balances or self.is_ours(order.client_order_id)

    def _coins(self, balances: Sequence[VenueBalance], fills: Sequence[VenueFill]) -> list[Held]:
        """Return the coins to sell: what our fills left of them, never more than there is."""
        free = {one.currency: one.total for one in balances}
        wanted = self._every_coin(free) if self.all_balances else self._bought(fills)
        coins: list[Held] = []
        for instrument, wanted_base in wanted:
            size_base = min(wanted_base, free.get(instrument.base, ZERO))
            if size_base > ZERO:
                free[instrument.base] -= size_base
                coins.append(Held(instrument.symbol, PositionSide.LONG, size_base, is_spot=True))
        return coins

    def _bought(self, fills: Sequence[VenueFill]) -> list[tuple[Instrument, Decimal]]:
        nets: dict[str, Decimal] = {}
        for fill in fills:
            instrument = self.instruments.get(fill.symbol)
            if instrument is None or not instrument.is_spot or not self.is_ours(fill.client_order_id):
                continue
            signed = fill.size_base if fill.side is OrderSide.BUY else -fill.size_base
            fee = fill.fee if fill.fee_currency == instrument.base else ZERO
            # Below zero, other hands' coins went: what is bought after that is ours again.
            nets[fill.symbol] = max(nets.get(fill.symbol, ZERO) + signed - fee, ZERO)
        return [(self.instruments[symbol], net) for symbol, net in nets.items()]

    def _every_coin(self, totals: Mapping[str, Decimal]) -> list[tuple[Instrument, Decimal]]:
        """Name for every coin the market it is sold on: that in the account's currency, else any."""
        markets: dict[str, Instrument] = {}
        for one in self.instruments.values():
            if one.is_spot and (one.base not in markets or one.quote == self.account_currency):
                markets[one.base] = one
        markets.pop(self.account_currency, None)
        return [(market, totals[base]) for base, market in markets.items() if base in totals]

    def _is_dust(self, held: Held) -> bool:
        """Tell what the venue would not take: too small; a price nobody knows makes nothing small."""
        instrument = self.instruments.get(held.symbol)
        if instrument is None:
            return False
        size_base, price = instrument.floor_size(held.size_base), self.last_price(held.symbol)
        if price is None:
            return size_base < instrument.min_size_base
        return is_too_small(instrument, size_base, price)
