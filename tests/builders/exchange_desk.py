"""A desk as a process that trades at the local exchange, and what is true there beside what it believes."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from desk.config.storage import StorageLayout
from desk.contracts.market import ZERO
from desk.contracts.orders import OrderStatus
from desk.contracts.records import FillBooked
from desk.contracts.sides import PositionSide
from tests.builders.evidence import Evidence, evidence
from tests.builders.promises import broken_at_any_time
from tests.builders.sandbox import KEY, SECRET, Answer, SandboxProcess

ENVIRONMENT = {"DESK_SANDBOX_KEY": KEY, "DESK_SANDBOX_SECRET": SECRET}

_PLATFORM = """\
desk: {{id: test-desk, account_currency: USDT}}
connector:
  name: ccxt
  ccxt: {{exchange: bybit, market: swap, mode: sandbox, base_url: "{base_url}",
         api_key: "env:DESK_SANDBOX_KEY", secret: "env:DESK_SANDBOX_SECRET"}}
feed: {{name: connector}}
risk: {{max_order_notional: 50000, max_position_notional: 100000, max_orders_per_minute: 100000,
       duplicate_window_ms: 0}}
storage: {{path: {state}}}
"""

WILD_MARKET = """\
interval_ms: 100
opening_balances: {USDT: 1000000}
symbols:
  - {symbol: BTC/USDT:USDT, start_price: 50000, price_step: 0.1, size_step: 0.001, min_size_base: 0.001,
     annual_volatility: 4}
  - {symbol: ETH/USDT:USDT, start_price: 3000, price_step: 0.01, size_step: 0.01, min_size_base: 0.01,
     annual_volatility: 4}
"""
"""A wild market that tells ten prices a second of each symbol: much of a usual day in half an hour."""

_NEVER_ACCEPTED = frozenset({OrderStatus.REJECTED, OrderStatus.NOT_SENT})


def exchange_platform(folder: Path, exchange: SandboxProcess) -> str:
    """Return the platform.yaml of a desk that trades there and keeps its state in `folder`/state."""
    return _PLATFORM.format(base_url=exchange.base_url, state=folder / "state")


def differences(folder: Path, exchange: SandboxProcess) -> list[str]:
    """List every broken promise, and all in which the books of a stopped desk are not those of the venue."""
    state = StorageLayout(folder / "state")
    found, truth = evidence(state), exchange.truth()
    return [
        *broken_at_any_time(state),
        *_fills_booked(found, truth),
        *_holdings_equal(found, truth),
        *_orders_known(found, truth),
    ]


def _fills_booked(found: Evidence, truth: Answer) -> Iterator[str]:
    """I1, I2: each fill of the venue is booked once, whatever was told of it how often."""
    booked: dict[str, Decimal] = {}
    for entry in found.records(FillBooked):
        assert isinstance(entry.record, FillBooked)
        name = entry.record.fill.venue_trade_id.partition("#")[0]
        booked[name] = booked.get(name, ZERO) + entry.record.fill.size_base
    made = {one["execId"]: Decimal(one["execQty"]) for one in truth["fills"] if one["execType"] != "Funding"}
    for name in sorted({*booked, *made}):
        if booked.get(name) != made.get(name):
            yield f"I1: fill {name} is booked with {booked.get(name)}, the venue made {made.get(name)}"


def _holdings_equal(found: Evidence, truth: Answer) -> Iterator[str]:
    """I1: positions and balances, to the last digit."""
    held = {
        one["symbol"]: Decimal(one["size_base"]) * PositionSide(one["side"]).sign
        for one in truth["positions"]
    }
    nets = {symbol: net.size_base for symbol, net in found.ledger.nets().items() if net.size_base}
    if nets != held:
        yield f"I1: the ledger holds {nets}, the venue {held}"
    total = {one.currency: one.total for one in found.ledger.balances()}
    for currency, amount in truth["balances"].items():
        if total.get(currency, ZERO) != Decimal(amount):
            yield f"I1: {total.get(currency)} {currency} in the ledger, {amount} at the venue"


def _orders_known(found: Evidence, truth: Answer) -> Iterator[str]:
    """I3, I8: what is called refused was not taken, and both know the same open orders."""
    intended = {entry.subject_id for entry in found.entries if entry.kind == "ORDER_INTENDED"}
    for name in truth["accepted"]:
        order = found.ledger.order(name)
        if name in intended and order is not None and order.status in _NEVER_ACCEPTED:
            yield f"I3: {name} is {order.status} in the ledger, and the venue took it"
    resting = {one["orderLinkId"] for one in truth["open_orders"]}
    live = {one.client_order_id for one in found.ledger.live_orders()}
    if resting != live:
        yield f"I8: the venue has {sorted(resting)} open, the ledger {sorted(live)}"
