"""What the operator does to open positions: leave them, or change what guards them."""

from decimal import Decimal

from desk.contracts.market import ONE
from desk.contracts.positions import EXTERNAL_STRATEGY, Position
from desk.ui.actions.action import Action, Group, Situation, Stage
from desk.ui.actions.asking import Run, ask, ask_value, subject_of
from desk.ui.viewmodels.closing import HALF, close_proposal, close_strategy_proposal, close_symbol_proposal
from desk.ui.viewmodels.repricing import PRICE, adopt_proposal, move_stop_proposal, set_target_proposal
from desk.ui.viewmodels.subject import SubjectKind
from desk.ui.widgets.question_lines import Field

_STOP = Field(PRICE, "new stop", "a price, 1% from here, 0R to break even")
_ADOPTED_STOP = Field(PRICE, "stop", "a price, or 1% from here")
_TARGET = Field(PRICE, "new target", "a price, 3% from here, 2R; empty: none")


def position_at(situation: Situation) -> Position | None:
    """Return the open position that the cursor is on, or that what it is on belongs to."""
    subject = subject_of(situation, SubjectKind.POSITION, SubjectKind.ORDER, SubjectKind.ALARM)
    if subject is None:
        return None
    held = (one.position for one in situation.frame.snapshot.positions)
    return next((one for one in held if one.trade_id == subject.trade_id), None)


def _is_on_position(situation: Situation) -> bool:
    return position_at(situation) is not None


def _is_in_positions(situation: Situation) -> bool:
    on_row = subject_of(situation, SubjectKind.POSITION) is not None
    return on_row and _is_on_position(situation)


def _is_on_external(situation: Situation) -> bool:
    position = position_at(situation)
    return position is not None and position.strategy_id == EXTERNAL_STRATEGY


def _close(title: str, fraction: Decimal) -> Run:
    async def run(stage: Stage, situation: Situation) -> None:
        position = position_at(situation)
        if position is not None:
            trade_id = position.trade_id
            doing = f"closing {position.symbol}"
            await ask(stage, title, doing, lambda frame: close_proposal(frame, trade_id, fraction))

    return run


async def _close_symbol(stage: Stage, situation: Situation) -> None:
    position = position_at(situation)
    if position is not None:
        symbol = position.symbol
        doing = f"closing all of {symbol}"
        await ask(stage, "CLOSE ALL OF A SYMBOL", doing, lambda frame: close_symbol_proposal(frame, symbol))


async def _close_strategy(stage: Stage, situation: Situation) -> None:
    position = position_at(situation)
    if position is not None:
        name = position.strategy_id
        doing = f"closing all of {name}"
        await ask(stage, "CLOSE ALL OF A STRATEGY", doing, lambda frame: close_strategy_proposal(frame, name))


async def move_stop(stage: Stage, situation: Situation) -> None:
    """Ask where the stop of the position at hand is to go."""
    position = position_at(situation)
    if position is not None:
        trade_id = position.trade_id
        doing = f"moving the stop of {position.symbol}"
        await ask_value(
            stage, "MOVE STOP", doing, _STOP, lambda frame, typed: move_stop_proposal(frame, trade_id, typed)
        )


async def set_target(stage: Stage, situation: Situation) -> None:
    """Ask where the target of the position at hand is to go."""
    position = position_at(situation)
    if position is not None:
        trade_id, now = position.trade_id, position.take_profit_price
        field = Field(_TARGET.name, _TARGET.label, _TARGET.hint, "" if now is None else f"{now:f}")
        doing = f"setting the target of {position.symbol}"
        await ask_value(
            stage,
            "SET TARGET",
            doing,
            field,
            lambda frame, typed: set_target_proposal(frame, trade_id, typed),
        )


async def _adopt(stage: Stage, situation: Situation) -> None:
    position = position_at(situation)
    if position is not None:
        trade_id = position.trade_id
        doing = f"adopting {position.symbol}"
        await ask_value(
            stage, "ADOPT", doing, _ADOPTED_STOP, lambda frame, typed: adopt_proposal(frame, trade_id, typed)
        )


ACTIONS = (
    Action(
        id="positions.close",
        group=Group.POSITIONS,
        title="close",
        tooltip="Close this position at the market; its stop and target go with it",
        keys="c",
        run=_close("CLOSE", ONE),
        applies=_is_in_positions,
        acts=True,
        asks=True,
        hint="close",
    ),
    Action(
        id="positions.close_half",
        group=Group.POSITIONS,
        title="close half",
        tooltip="Close half of this position at the market; its stop stays for the rest",
        keys="v",
        run=_close("CLOSE HALF", HALF),
        applies=_is_in_positions,
        acts=True,
        asks=True,
        hint="half",
    ),
    Action(
        id="positions.move_stop",
        group=Group.POSITIONS,
        title="move stop",
        tooltip="Put the stop of this position elsewhere",
        keys="m",
        run=move_stop,
        applies=_is_on_position,
        acts=True,
        asks=True,
        hint="stop",
    ),
    Action(
        id="positions.set_target",
        group=Group.POSITIONS,
        title="set target",
        tooltip="Put the target of this position elsewhere, or take it away",
        keys="p",
        run=set_target,
        applies=_is_on_position,
        acts=True,
        asks=True,
        hint="target",
    ),
    Action(
        id="positions.adopt",
        group=Group.POSITIONS,
        title="adopt",
        tooltip="Take this EXTERNAL position into the desk's care, with a stop",
        keys="o",
        run=_adopt,
        applies=_is_on_external,
        acts=True,
        asks=True,
        hint="adopt",
    ),
    Action(
        id="positions.close_symbol",
        group=Group.POSITIONS,
        title="close all of this symbol",
        tooltip="Close every position of this symbol at the market, and cancel its entries",
        keys="",
        run=_close_symbol,
        applies=_is_on_position,
        acts=True,
        asks=True,
    ),
    Action(
        id="positions.close_strategy",
        group=Group.POSITIONS,
        title="close all of this strategy",
        tooltip="Close every position of this strategy at the market, and cancel its entries",
        keys="",
        run=_close_strategy,
        applies=_is_on_position,
        acts=True,
        asks=True,
    ),
)
