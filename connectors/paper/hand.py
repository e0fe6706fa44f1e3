"""Another hand on the same account: what a person does at the venue without the desk."""

from collections.abc import Callable
from decimal import Decimal

from connectors.venue.exchange import Exchange
from connectors.venue.refusals import Refusal, RefusalCode
from desk.contracts.ids import ExecutionDirectiveId
from desk.contracts.orders import Leg, OrderOutcome, OrderRequest, OrderType, OutcomeKind
from desk.contracts.sides import OrderSide

NO_DIRECTIVE = ExecutionDirectiveId.at(0, 0)
"""No execution directive stands behind what another hand does."""

Apply = Callable[[Callable[[Exchange], OrderOutcome]], OrderOutcome]


class Hand:
    """Act at the venue at once, whatever the latency; the desk hears of it as of anything else.

    Orders get a name of the venue's, and their fills carry no client id.
    """

    def __init__(self, apply: Apply, now_ms: Callable[[], int]) -> None:
        self._apply = apply
        self._now_ms = now_ms

    def place(
        self,
        symbol: str,
        side: OrderSide,
        size_base: Decimal,
        *,
        limit_price: Decimal | None = None,
        reduce_only: bool = False,
    ) -> OrderOutcome:
        """Place a market order, or a limit order where `limit_price` is given."""
        request = _request(symbol, side, size_base, limit_price, reduce_only=reduce_only)
        return self._apply(lambda exchange: exchange.place_external(request, self._now_ms()))

    def close_position(self, symbol: str) -> OrderOutcome:
        """Close the whole position of a perpetual at the market."""
        return self._apply(lambda exchange: self._close(exchange, symbol))

    def cancel(self, symbol: str, client_order_id: str) -> OrderOutcome:
        """Cancel any open order of the account, the desk's too."""
        return self._apply(lambda exchange: exchange.cancel(symbol, client_order_id, self._now_ms()))

    def deposit(self, currency: str, amount: Decimal) -> OrderOutcome:
        """Bring money in, or take it out where negative; NOT_ACCEPTED beyond what is free."""
        return self._apply(lambda exchange: _deposit(exchange, currency, amount))

    def _close(self, exchange: Exchange, symbol: str) -> OrderOutcome:
        for position in exchange.positions():
            if position.symbol == symbol:
                side = position.side.exit_side
                request = _request(symbol, side, position.size_base, None, reduce_only=True)
                return exchange.place_external(request, self._now_ms())
        reason = f"there is no position in {symbol}"
        return OrderOutcome(OutcomeKind.NOT_ACCEPTED, None, RefusalCode.REDUCE_ONLY.value, reason)


def _deposit(exchange: Exchange, currency: str, amount: Decimal) -> OrderOutcome:
    try:
        exchange.deposit(currency, amount)
    except Refusal as refusal:
        return OrderOutcome(OutcomeKind.NOT_ACCEPTED, None, refusal.code.value, refusal.reason)
    return OrderOutcome(OutcomeKind.ACCEPTED)


def _request(
    symbol: str, side: OrderSide, size_base: Decimal, limit_price: Decimal | None, *, reduce_only: bool
) -> OrderRequest:
    return OrderRequest(
        client_order_id="",
        execution_directive_id=NO_DIRECTIVE,
        leg=Leg.REDUCE if reduce_only else Leg.ENTRY,
        attempt=0,
        symbol=symbol,
        side=side,
        order_type=OrderType.MARKET if limit_price is None else OrderType.LIMIT,
        size_base=size_base,
        limit_price=limit_price,
        reduce_only=reduce_only,
    )
