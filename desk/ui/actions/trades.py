"""Opening a trade by hand."""

from desk.ui.actions.action import Action, Group, Situation, Stage
from desk.ui.screens.ticket import TicketScreen
from desk.ui.viewmodels.text import clean


async def _open(stage: Stage, situation: Situation) -> None:
    symbol = "" if situation.subject is None else situation.subject.symbol or ""
    known = symbol in {one.symbol for one in situation.frame.snapshot.instruments}
    await stage.ask(
        TicketScreen(stage, situation.frame.writing, symbol if known and clean(symbol) == symbol else "")
    )


ACTIONS = (
    Action(
        id="trades.open",
        group=Group.POSITIONS,
        title="new trade",
        tooltip="Open a trade by hand; its risk and the gate's answer are shown before it is sent",
        keys="n",
        run=_open,
        acts=True,
        asks=True,
        hint="new",
    ),
)
