"""Do an action: beside the screen's own work, once, and with every fault told."""

from desk.contracts.ports.client import DeskUnreachable
from desk.contracts.problems import DeskError
from desk.ui.actions.action import Action, Situation, Stage


async def perform(action: Action, stage: Stage, situation: Situation) -> None:
    """Run `action` to its end; what goes wrong becomes a problem in the event list."""
    try:
        await action.run(stage, situation)
    except DeskUnreachable as refusal:
        stage.tell(f"{action.title}: the desk does not answer ({refusal})", is_problem=True)
    except DeskError as refusal:
        stage.tell(f"{action.title}: {refusal}", is_problem=True)
    except Exception as error:  # noqa: BLE001 - an action's fault must not take the screen with it
        stage.tell(f"{action.title} failed ({type(error).__name__})", is_problem=True)
