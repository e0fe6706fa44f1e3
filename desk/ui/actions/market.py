"""Price alerts: an alarm once a price is crossed; nothing is traded."""

from desk.ui.actions.action import Action, Group, Situation, Stage
from desk.ui.actions.asking import ask, ask_value, is_on, subject_of
from desk.ui.viewmodels.confirmations import remove_alert_proposal
from desk.ui.viewmodels.repricing import PRICE, price_alert_proposal
from desk.ui.viewmodels.subject import SubjectKind
from desk.ui.widgets.question_lines import Field

_PRICE = Field(PRICE, "price", "a price, or a distance such as +2%")


def _has_symbol(situation: Situation) -> bool:
    return situation.subject is not None and situation.subject.symbol is not None


async def _set_alert(stage: Stage, situation: Situation) -> None:
    symbol = None if situation.subject is None else situation.subject.symbol
    if symbol is not None:
        await ask_value(
            stage,
            "PRICE ALERT",
            f"setting an alert on {symbol}",
            _PRICE,
            lambda frame, typed: price_alert_proposal(frame, symbol, typed),
        )


async def _remove_alert(stage: Stage, situation: Situation) -> None:
    subject = subject_of(situation, SubjectKind.PRICE_ALERT)
    if subject is not None:
        alert_id = subject.id
        await ask(
            stage,
            "REMOVE PRICE ALERT",
            "removing the alert",
            lambda frame: remove_alert_proposal(frame, alert_id),
        )


ACTIONS = (
    Action(
        id="market.set_alert",
        group=Group.MARKET,
        title="set price alert",
        tooltip="Raise an alarm once this symbol crosses a price",
        keys="i",
        run=_set_alert,
        applies=_has_symbol,
        acts=True,
        asks=True,
        hint="alert",
    ),
    Action(
        id="market.remove_alert",
        group=Group.MARKET,
        title="remove price alert",
        tooltip="Forget this price alert",
        keys="d",
        run=_remove_alert,
        applies=is_on(SubjectKind.PRICE_ALERT),
        acts=True,
        asks=True,
        hint="remove",
    ),
)
