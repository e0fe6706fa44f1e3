"""What can be written to a file from the screen."""

from desk.contracts.ports.client import DeskUnreachable
from desk.ui.actions.action import Action, Group, Situation, Stage
from desk.ui.viewmodels.closed_trades import closed_trades_csv

_FILE = "closed-trades.csv"


async def _export_closed_trades(stage: Stage, situation: Situation) -> None:
    try:
        history = await stage.client.history()
        text = closed_trades_csv(history.closed, situation.frame.writing)
        place = stage.memory.export(_FILE, text)
    except DeskUnreachable as refusal:
        stage.tell(f"not written: {refusal}", is_problem=True)
    except OSError as error:
        stage.tell(f"not written: {error.strerror or error}", is_problem=True)
    else:
        stage.tell(f"{len(history.closed)} closed trades written to {place}")


ACTIONS = (
    Action(
        id="closed_trades.export",
        group=Group.VIEW,
        title="write closed trades as CSV",
        tooltip="Write every closed trade with fees, slippage and result to a CSV file",
        keys="w",
        run=_export_closed_trades,
        applies=lambda situation: situation.pane == "closed_trades",
        hint="CSV",
    ),
)
