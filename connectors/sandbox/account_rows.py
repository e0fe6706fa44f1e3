"""Positions and balances as the venue writes them."""

from decimal import Decimal, localcontext
from typing import TYPE_CHECKING, Final

from connectors.sandbox.listings import Listing
from connectors.sandbox.wire import Row, text_of
from desk.contracts.market import ZERO
from desk.contracts.netting import MONEY
from desk.contracts.sides import PositionSide

if TYPE_CHECKING:
    from connectors.sandbox.account import TradingAccount

MAINTENANCE: Final = Decimal("0.005")
"""The margin, as a share of a position's worth, below which it is taken over."""
_CENTS: Final = Decimal("1E-8")


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
        "riskId": 1,
        "riskLimitValue": "2000000",
        "symbol": listing.venue_symbol,
        "side": "" if held is None else ("Buy" if held.side is PositionSide.LONG else "Sell"),
        "size": text_of(size),
        "avgPrice": text_of(_shown(entry)),
        "positionValue": text_of(_shown(value)) if size else "",
        "tradeMode": 0,
        "autoAddMargin": 0,
        "positionStatus": "Normal",
        "leverage": text_of(leverage),
        "markPrice": text_of(mark),
        "liqPrice": text_of(liquidation_price(account, listing)),
        "bustPrice": "",
        "positionIM": text_of(_shown(value / leverage)),
        "positionMM": text_of(_shown(size * mark * MAINTENANCE)),
        "positionBalance": text_of(_shown(value / leverage)),
        "takeProfit": text_of(account.stop_price_of(listing.symbol, "TakeProfit")),
        "stopLoss": text_of(account.stop_price_of(listing.symbol, "StopLoss")),
        "trailingStop": "0",
        "sessionAvgPrice": "",
        "tpslMode": "Full",
        "unrealisedPnl": text_of(_shown((mark - entry) * size * sign)),
        "curRealisedPnl": "0",
        "cumRealisedPnl": "0",
        "adlRankIndicator": 0,
        "isReduceOnly": False,
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
    market = account.exchange.state.market
    worths = (one.size_base * market[one.symbol].price for one in account.positions() if one.symbol in market)
    return sum(worths, ZERO) * MAINTENANCE


def wallet_row(account: "TradingAccount") -> Row:
    """Write the balances of the unified account."""
    margin = account.margin()
    position_margin = sum(
        (one.size_base * one.entry_price / account.leverage(account.listings[one.symbol]))
        for one in account.positions()
    ) + ZERO  # fmt: skip
    coins: list[Row] = []
    for balance in account.exchange.balances():
        settles = balance.currency == margin.currency
        held = balance.total - balance.free
        in_positions = min(position_margin, held) if settles else ZERO
        equity = margin.equity if settles else balance.total
        in_orders, locked = (held - in_positions, ZERO) if settles else (ZERO, held)
        coins.append(
            {
                "coin": balance.currency,
                "equity": text_of(_shown(equity)),
                "walletBalance": text_of(balance.total),
                "usdValue": "",
                "locked": text_of(_shown(locked)),
                "availableToWithdraw": "",
                "borrowAmount": "0",
                "accruedInterest": "0",
                "totalOrderIM": text_of(_shown(in_orders)),
                "totalPositionIM": text_of(_shown(in_positions)),
                "totalPositionMM": text_of(_shown(maintenance_of(account) if settles else ZERO)),
                "unrealisedPnl": text_of(_shown(equity - balance.total)),
                "cumRealisedPnl": "0",
                "bonus": "0",
                "collateralSwitch": True,
                "marginCollateral": True,
            }
        )
    return {
        "accountType": "UNIFIED",
        "totalEquity": text_of(_shown(margin.equity)),
        "totalWalletBalance": text_of(account.exchange.state.account.total(margin.currency)),
        "totalMarginBalance": text_of(_shown(margin.equity)),
        "totalAvailableBalance": text_of(_shown(margin.available)),
        "totalInitialMargin": text_of(_shown(margin.held)),
        "totalMaintenanceMargin": text_of(_shown(maintenance_of(account))),
        "totalPerpUPL": "",
        "accountIMRate": "",
        "accountMMRate": "",
        "coin": coins,
    }


def _shown(amount: Decimal) -> Decimal:
    return amount.quantize(_CENTS, context=MONEY)
