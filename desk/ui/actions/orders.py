"""What the operator does to orders that are not over."""

from collections.abc import Mapping
from decimal import Decimal

from desk.contracts.orders import Leg
from desk.contracts.snapshot import OrderRow
from desk.ui.actions.action import Action, Group, Situation, Stage
from desk.ui.actions.asking import ask, subject_of
from desk.ui.actions.positions import move_stop, position_at, set_target
from desk.ui.screens.proposal import ProposalScreen
from desk.ui.viewmodels.confirmations import (
    PRICE,
    SIZE,
    amend_proposal,
    cancel_entries_proposal,
    cancel_proposal,
)
from desk.ui.viewmodels.frame import Frame
from desk.ui.viewmodels.proposal import Proposal
from desk.ui.viewmodels.subject import SubjectKind
from desk.ui.widgets.question_lines import Field


def _order(situation: Situation) -> OrderRow | None:
    subject = subject_of(situation, SubjectKind.ORDER)
    if subject is None:
        return None
    live = situation.frame.snapshot.orders
    return next((one for one in live if one.client_order_id == subject.id), None)


def _can_amend(situation: Situation) -> bool:
    order = _order(situation)
    if order is None:
        return False
    is_guard = order.is_protective and position_at(situation) is not None
    return is_guard or (order.leg == Leg.ENTRY and order.price.value is not None)


def _can_cancel(situation: Situation) -> bool:
    order = _order(situation)
    return order is not None and (order.is_protective or order.leg == Leg.ENTRY)


def _has_entries(situation: Situation) -> bool:
    return any(one.leg == Leg.ENTRY for one in situation.frame.snapshot.orders)


async def _amend(stage: Stage, situation: Situation) -> None:
    """Ask for price and size of an entry; a stop or target moves with its position."""
    order = _order(situation)
    if order is None:
        return
    if order.is_protective:
        await (move_stop if order.leg == Leg.STOP else set_target)(stage, situation)
        return
    order_id = order.client_order_id

    def propose(frame: Frame, typed: Mapping[str, str]) -> Proposal:
        return amend_proposal(frame, order_id, typed)

    fields = (
        Field(PRICE, "price", "as it is", _written(order.price.value)),
        Field(SIZE, "size", "as it is", _written(order.size_base.value)),
    )
    await stage.ask(ProposalScreen(stage, "AMEND ORDER", f"amending {order_id}", propose, fields))


def _written(value: Decimal | None) -> str:
    return "" if value is None else f"{value:f}"


async def _cancel(stage: Stage, situation: Situation) -> None:
    order = _order(situation)
    if order is not None:
        order_id = order.client_order_id
        doing = f"cancelling {order_id}"
        await ask(stage, "CANCEL ORDER", doing, lambda frame: cancel_proposal(frame, order_id))


async def _cancel_entries(stage: Stage, _: Situation) -> None:
    await ask(stage, "CANCEL ALL ENTRIES", "cancelling entries", cancel_entries_proposal)


ACTIONS = (
    Action(
        id="orders.amend",
        group=Group.ORDERS,
        title="amend",
        tooltip="Change the price or the size of this order",
        keys="a",
        run=_amend,
        applies=_can_amend,
        acts=True,
        asks=True,
        hint="amend",
    ),
    Action(
        id="orders.cancel",
        group=Group.ORDERS,
        title="cancel",
        tooltip="Cancel this order; a stop that its position needs stays",
        keys="d",
        run=_cancel,
        applies=_can_cancel,
        acts=True,
        asks=True,
        hint="cancel",
    ),
    Action(
        id="orders.cancel_entries",
        group=Group.ORDERS,
        title="cancel all entries",
        tooltip="Cancel every entry that rests or is under way; stops, targets and positions stay",
        keys="u",
        run=_cancel_entries,
        applies=_has_entries,
        acts=True,
        asks=True,
        hint="cancel entries",
    ),
)
