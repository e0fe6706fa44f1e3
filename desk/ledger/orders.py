"""Every order that can still matter: those that are not over, and those of trades kept in memory."""

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal

from desk.contracts.market import ZERO
from desk.contracts.netting import MONEY
from desk.contracts.orders import OrderStatus
from desk.contracts.orderstate import OrderState
from desk.ledger.orderfold import ORDER_ROWS, OrderFacts
from desk.ledger.rows import Row

ENDED_KEPT = 32
"""Ended orders without fills that a trade keeps in memory, the newest ones."""


class OrderBook:
    """Hold orders by client id, and those that are not over in the order of their intent."""

    def __init__(self) -> None:
        self._facts: dict[str, OrderFacts] = {}
        self._states: dict[str, OrderState] = {}
        self._live: dict[str, None] = {}
        self._live_states: tuple[OrderState, ...] | None = ()
        self._of_trade: dict[str, dict[str, None]] = {}
        self._counts: Counter[OrderStatus] = Counter()
        self._cancels: set[str] = set()

    def __contains__(self, client_order_id: str) -> bool:
        """Tell whether the order is in memory."""
        return client_order_id in self._facts

    def put(self, facts: OrderFacts, *, is_new: bool) -> None:
        """Keep what is now known of an order; `is_new` where it was just intended."""
        client_order_id = facts.request.client_order_id
        before = self._states.get(client_order_id)
        state = facts.state()
        self._facts[client_order_id] = facts
        self._states[client_order_id] = state
        self._of_trade.setdefault(facts.trade_id, {})[client_order_id] = None
        if is_new or (before is not None and before.status is not state.status):
            self._counts[state.status] += 1
            if before is not None:
                self._counts[before.status] -= 1
        self._live_states = None
        if state.is_over:
            self._live.pop(client_order_id, None)
        else:
            self._live[client_order_id] = None

    def note_cancel(self, client_order_id: str) -> None:
        """Note that the desk itself cancels an order, as long as the order is in memory."""
        if client_order_id in self._facts:
            self._cancels.add(client_order_id)

    def is_cancelled_here(self, client_order_id: str) -> bool:
        """Tell whether the desk itself cancels, or has cancelled, an order in memory."""
        return client_order_id in self._cancels

    def facts(self, client_order_id: str) -> OrderFacts | None:
        """Return all that was told about one order."""
        return self._facts.get(client_order_id)

    def state(self, client_order_id: str) -> OrderState | None:
        """Return one order."""
        return self._states.get(client_order_id)

    def live(self) -> tuple[OrderState, ...]:
        """Return every order that is not over, oldest first; asked several times for each order sent."""
        if self._live_states is None:
            live = (self._states[client_order_id] for client_order_id in self._live)
            self._live_states = tuple(sorted(live, key=lambda one: (one.intended_at_ms, one.client_order_id)))
        return self._live_states

    def live_of(self, trade_id: str) -> tuple[OrderState, ...]:
        """Return the orders of one trade that are not over, oldest first."""
        own = self._of_trade.get(trade_id, ())
        return tuple(self._states[order] for order in own if order in self._live)

    def facts_of(self, trade_id: str) -> tuple[OrderFacts, ...]:
        """Return what was told about every order of one trade in memory, as they were intended."""
        return tuple(self._facts[order] for order in self._of_trade.get(trade_id, ()))

    def has_live(self, trade_id: str) -> bool:
        """Tell whether a trade has an order that is not over."""
        return any(order in self._live for order in self._of_trade.get(trade_id, ()))

    def reserved(self, currency: str) -> Decimal:
        """Return what orders that are not over hold back of one currency."""
        held = ZERO
        for client_order_id in self._live:
            state = self._states[client_order_id]
            if state.reserved_currency == currency:
                held = MONEY.add(held, state.reserved)
        return held

    def count(self, status: OrderStatus) -> int:
        """Count the orders in one status, those no longer in memory included."""
        return self._counts[status]

    def restore_counts(self, counts: Iterable[tuple[str, int]]) -> None:
        """Take back how many orders there are in each status."""
        self._counts = Counter({OrderStatus(status): count for status, count in counts})

    def forget_trade(self, trade_id: str) -> None:
        """Drop the orders of a trade from memory."""
        for client_order_id in self._of_trade.pop(trade_id, ()):
            del self._facts[client_order_id], self._states[client_order_id]
            self._live.pop(client_order_id, None)
            self._cancels.discard(client_order_id)
            self._live_states = None

    def forget_ended(self) -> None:
        """Drop the older ended orders without fills of every trade from memory."""
        for own in self._of_trade.values():
            if len(own) <= ENDED_KEPT:
                continue
            ended = [one for one in own if one not in self._live and not self._facts[one].filled_base]
            for client_order_id in ended[:-ENDED_KEPT]:
                del own[client_order_id], self._facts[client_order_id], self._states[client_order_id]
                self._cancels.discard(client_order_id)

    def row(self, client_order_id: str) -> Row:
        """Return the row of one order: its facts, its status, and whether it is live."""
        facts = self._facts[client_order_id]
        is_live = int(client_order_id in self._live)
        status = self._states[client_order_id].status.value
        return (client_order_id, status, is_live, *ORDER_ROWS.encode(facts))


ORDER_COLUMNS = ("client_order_id", "status", "is_live", *ORDER_ROWS.columns)


def order_of_row(row: Row) -> OrderFacts:
    """Return the order of a row."""
    return ORDER_ROWS.decode(row[3:])
