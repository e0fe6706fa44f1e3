"""What is true at the venue, whatever anyone was told: to compare a desk with."""

from connectors.sandbox.account import TradingAccount
from connectors.sandbox.venue import LocalVenue
from connectors.sandbox.wire import Json, Row, text_of


def truth_of(venue: LocalVenue) -> Row:
    """Return requests by path, creates by client id, and each account's orders, fills and holdings."""
    return {
        "requests": dict(venue.requests),
        "attempts": dict(venue.attempts),
        "accounts": {key: _account(account) for key, account in venue.accounts.items()},
    }


def _account(account: TradingAccount) -> Row:
    accepted: dict[str, Json] = {}
    for card in account.cards.values():
        if card.link_id:
            accepted[card.link_id] = 1
    fills: list[Json] = [{**one.row, "category": one.category} for one in account.executions]
    positions: list[Json] = [
        {
            "symbol": one.symbol,
            "side": one.side.value,
            "size_base": text_of(one.size_base),
            "entry_price": text_of(one.entry_price),
        }
        for one in account.positions()
    ]
    balances: dict[str, Json] = {one.currency: text_of(one.total) for one in account.exchange.balances()}
    orders: list[Json] = [
        {**one.row(), "category": one.listing.category.value} for one in account.open_cards()
    ]
    return {
        "accepted": accepted,
        "open_orders": orders,
        "fills": fills,
        "positions": positions,
        "balances": balances,
    }
