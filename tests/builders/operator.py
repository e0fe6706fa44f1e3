"""An operator at a desk: give a command, hear what became of it, and follow it through the journal."""

from decimal import Decimal

from desk.contracts.commands import Command, CommandOutcome, OpenTrade
from desk.contracts.orders import Leg
from desk.contracts.orderstate import OrderState
from desk.contracts.positions import Position
from desk.contracts.records import EntryKind
from desk.contracts.sides import PositionSide
from tests.builders.living_desk import PERP, LivingDesk

D = Decimal


async def told(desk: LivingDesk, command: Command) -> CommandOutcome:
    """Give a command that is expected to be carried out."""
    outcome = await desk.desk.commands.execute(command)
    assert outcome.accepted, outcome.message
    return outcome


async def refused(desk: LivingDesk, command: Command) -> str:
    """Give a command that is expected to be refused before anything begins; return why."""
    flows = len(desk.desk.core.parts.execution.flows.all())
    outcome = await desk.desk.commands.execute(command)
    assert not outcome.accepted, outcome.message
    assert outcome.manual_id is not None
    assert len(desk.desk.core.parts.execution.flows.all()) == flows
    return outcome.message


def ticket(**changes: object) -> OpenTrade:
    """Write a ticket: 5,000 USDT long of the perpetual at the market, stop at 49,000."""
    fields: dict[str, object] = {
        "symbol": PERP,
        "side": PositionSide.LONG,
        "notional_quote": D(5000),
        "stop_price": D(49000),
    }
    return OpenTrade(**(fields | changes))  # type: ignore[arg-type] # any field of a ticket


async def bought(desk: LivingDesk, **changes: object) -> Position:
    """Open a trade by hand at 50,000 and return it."""
    order = ticket(**changes)
    desk.tick("50000", order.symbol)
    before = {one.trade_id for one in desk.positions}
    await told(desk, order)
    return next(one for one in desk.positions if one.trade_id not in before)


def live(desk: LivingDesk, leg: Leg) -> OrderState:
    """Return the one live order of a leg."""
    (order,) = [one for one in desk.ledger.live_orders() if one.request.leg is leg]
    return order


def reasons_of(desk: LivingDesk, kind: EntryKind) -> set[str]:
    """Return the prefixes of all that led to the newest entry of a kind, by the causes in the journal."""
    entries = desk.entries
    newest = next(one for one in reversed(entries) if one.kind is kind)
    causes_of: dict[str, set[str]] = {}
    for entry in entries:
        causes_of.setdefault(entry.subject_id, set()).update(entry.causes)
    found, to_ask = set[str](), list(newest.causes)
    while to_ask:
        cause = to_ask.pop()
        if cause not in found:
            found.add(cause)
            to_ask.extend(causes_of.get(cause, ()))
    return {one.partition("_")[0] for one in found}
