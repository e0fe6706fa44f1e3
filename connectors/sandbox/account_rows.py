"""Positions and balances as the venue writes them."""

from decimal import Decimal, localcontext
from typing import TYPE_CHECKING, Final

from connectors.sandbox.listings import Listing
from connectors.sandbox.wire import Row, shown, text_of
from desk.contracts.market import ZERO
from desk.contracts.netting import MONEY
from desk.contracts.orders import VenueBalance
from desk.contracts.sides import PositionSide

if TYPE_CHECKING:
    from connectors.sandbox.account import TradingAccount

MAINTENANCE: Final = Decimal("0.005")
"""The margin, as a share of a position's worth, below which it is taken over."""


def position_row(account: "TradingAccount", listing: Listing) -> Row:
    """Write a position; a flat one has no side and size zero."""
    held = account.position(listing.symbol)
    created_ms, updated_ms = account.position_times_ms(listing.symbol)
    leverage = account.leverage(listing)
    tick = account.exchange.state.market.get(listing.symbol)
    mark = ZERO if tick is None else tick.price
    size = ZERO if held is None else held.size_base
    entry = ZERO if held is None else held.entry_price
    value = size * entry
    sign = 1 if held is None or held.side is PositionSide.LONG else -1
    return {
        "positionIdx": 0,
        "symbol": listing.venue_symbol,
        "side": "" if held is None else ("Buy" if held.side is PositionSide.LONG else "Sell"),
        "size": text_of(size),
        "avgPrice": text_of(shown(entry)),
        "positionValue": text_of(shown(value)) if size else "",
        "tradeMode": 0,
        "autoAddMargin": 0,
        "positionStatus": "Normal",
        "leverage": text_of(leverage),
        "markPrice": text_of(mark),
        "liqPrice": text_of(liquidation_price(account, listing)),
        "bustPrice": "",
        "positionIM": text_of(shown(value / leverage)),
        "positionMM": text_of(shown(size * mark * MAINTENANCE)),
        "positionBalance": text_of(shown(value / leverage)),
        "takeProfit": text_of(account.stop_price_of(listing.symbol, "TakeProfit")),
        "stopLoss": text_of(account.stop_price_of(listing.symbol, "StopLoss")),
        "trailingStop": "0",
        "tpslMode": "Full",
        "unrealisedPnl": text_of(shown((mark - entry) * size * sign)),
        "seq": len(account.executions),
        "createdTime": str(created_ms),
        "updatedTime": str(updated_ms),
    }


def liquidation_price(account: "TradingAccount", listing: Listing) -> Decimal | None:
    """Return the price at which this position would use up the equity, all others standing still."""
    tick = account.exchange.state.market.get(listing.symbol)
    held = account.position(listing.symbol)
    if held is None or tick is None:
        return None
    with localcontext(MONEY):
        spare = account.exchange.equity(listing.instrument.quote) - maintenance_of(account)
        steps = held.size_base * (held.side.sign - MAINTENANCE)
        price = tick.price - spare / steps
        if not price > 0:
            return None
        step = listing.instrument.price_step
        return (price / step).to_integral_value() * step


def maintenance_of(account: "TradingAccount") -> Decimal:
    """Return the margin below which positions are taken over, in quote."""
    state = account.exchange.state
    held = state.account.positions.items()
    worths = (
        abs(net.size_base) * state.market[symbol].price for symbol, net in held if symbol in state.market
    )
    return sum(worths, ZERO) * MAINTENANCE


def wallet_row(account: "TradingAccount") -> Row:
    """Write the balances of the unified account."""
    margin = account.margin()
    position_margin = ZERO
    for one in account.positions():
        position_margin += one.size_base * one.entry_price / account.leverage(account.listings[one.symbol])
    coins: list[Row] = [
        _settling_coin(one, margin.equity, position_margin)
        if one.currency == margin.currency
        else _coin(one, one.total, locked=one.total - one.free)
        for one in account.exchange.balances()
    ]
    return {
        "accountType": "UNIFIED",
        "totalEquity": text_of(shown(margin.equity)),
        "totalWalletBalance": text_of(account.exchange.state.account.total(margin.currency)),
        "totalMarginBalance": text_of(shown(margin.equity)),
        "totalAvailableBalance": text_of(shown(margin.available)),
        "totalInitialMargin": text_of(shown(margin.held)),
        "totalMaintenanceMargin": text_of(shown(maintenance_of(account))),
        "coin": coins,
    }


def _settling_coin(balance: VenueBalance, equity: Decimal, position_margin: Decimal) -> Row:
    """Write the coin that perpetuals settle in: what holds it is margin, nothing is locked."""
    held = balance.total - balance.free
    in_positions = min(position_margin, held)
    return _coin(balance, equity, in_orders=held - in_positions, in_positions=in_positions)


def _coin(
    balance: VenueBalance,
    equity: Decimal,
    *,
    locked: Decimal = ZERO,
    in_orders: Decimal = ZERO,
    in_positions: Decimal = ZERO,
) -> Row:
    return {
        "coin": balance.currency,
        "equity": text_of(shown(equity)),
        "walletBalance": text_of(balance.total),
        "usdValue": "",
        "locked": text_of(shown(locked)),
        "availableToWithdraw": "",
        "borrowAmount": "0",
        "accruedInterest": "0",
        "totalOrderIM": text_of(shown(in_orders)),
        "totalPositionIM": text_of(shown(in_positions)),
        "unrealisedPnl": text_of(shown(equity - balance.total)),
        "cumRealisedPnl": "0",
    }
