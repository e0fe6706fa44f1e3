"""Halting, re-arming and leaving everything."""

from desk.contracts.commands import REARM_WORD, Halt, Rearm
from desk.contracts.states import DeskState
from desk.ui.actions.action import Action, Group, Situation, Stage
from desk.ui.screens.typed_word import TypedWord
from desk.ui.way_out.keys import EXIT_KEY, TWIN_KEY


async def _halt(stage: Stage, _: Situation) -> None:
    await stage.carry_out(Halt(), "halting")


async def _rearm(stage: Stage, situation: Situation) -> None:
    snapshot = situation.frame.snapshot
    why = f" ({snapshot.state_reason})" if snapshot.state_reason else ""
    blocked = "".join(
        f" {one.worker} blocks new risk on {one.scope}: {one.reason}." for one in snapshot.blocks
    )
    consequence = (
        f"The desk is {snapshot.state}{why}.{blocked} Re-armed, its workers may open new trades again."
    )
    if await stage.ask(TypedWord("RE-ARM THE DESK", consequence, REARM_WORD)):
        await stage.carry_out(Rearm(REARM_WORD), "re-arming")


async def _leave(stage: Stage, _: Situation) -> None:
    stage.open_way_out()


async def _show_exit(stage: Stage, _: Situation) -> None:
    stage.show_exit()


def _can_halt(situation: Situation) -> bool:
    return situation.frame.snapshot.state in {DeskState.ACTIVE, DeskState.REDUCING}


def _can_rearm(situation: Situation) -> bool:
    snapshot = situation.frame.snapshot
    is_blocked = bool(snapshot.blocks) and snapshot.state is not DeskState.EXITING
    return is_blocked or snapshot.state in {DeskState.REDUCING, DeskState.HALTED}


def _was_left(situation: Situation) -> bool:
    return situation.frame.snapshot.exit is not None


ACTIONS = (
    Action(
        id="desk.exit",
        group=Group.DESK,
        title="emergency exit",
        tooltip="Close every position and cancel every order; a second press within five seconds does it",
        keys=f"{EXIT_KEY},{TWIN_KEY}",
        run=_leave,
        acts=True,
        hint="exit",
    ),
    Action(
        id="desk.halt",
        group=Group.DESK,
        title="halt",
        tooltip="Stop taking risk: entries are cancelled, positions and stops stay; re-arming takes it back",
        keys="H,f8",
        run=_halt,
        applies=_can_halt,
        acts=True,
        hint="halt",
    ),
    Action(
        id="desk.rearm",
        group=Group.DESK,
        title="re-arm",
        tooltip="Let workers open new trades again; asks for a typed word",
        keys="A",
        run=_rearm,
        applies=_can_rearm,
        acts=True,
        hint="re-arm",
    ),
    Action(
        id="desk.exit_progress",
        group=Group.DESK,
        title="show the emergency exit",
        tooltip="Show how the running or the last emergency exit went",
        keys="",
        run=_show_exit,
        applies=_was_left,
    ),
)
