"""Who goes first on one trade, and what one directive makes of another: pure, of what is in flight.

A close beats all. A stop that moves is carried out before any change of the size, and loses to none of them.
Of two sizes the operator's stands; then what reduces goes before what adds, and that before what a calendar
or a hedge wants; of two that want the same, the smaller size.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum

from desk.contracts.directives import (
    EMERGENCY_STRATEGY,
    OPERATOR_STRATEGY,
    PROTECTION_STRATEGY,
    DirectiveScope,
    StrategyDirective,
)
from desk.contracts.execution import ExecutionDirective, TargetPlans
from desk.contracts.ids import DirectiveId, TradeId
from desk.contracts.manifests import WorkerCategory
from desk.contracts.positions import Position
from desk.contracts.sides import PositionSide

_AUTHORITIES = frozenset({OPERATOR_STRATEGY, PROTECTION_STRATEGY, EMERGENCY_STRATEGY})


class Rank(IntEnum):
    """What is done first on one trade, the lowest number before all."""

    CLOSE = 0
    STOP = 1
    BY_HAND = 2
    REDUCE = 3
    ADD = 4
    BALANCE = 5
    OPEN = 6


@dataclass(frozen=True, slots=True)
class Author:
    """Name who decided; a category is known of a blueprint's workers, and of nobody else."""

    strategy_id: str
    worker: str
    category: WorkerCategory | None = None

    @property
    def has_authority(self) -> bool:
        """Whether the operator or the platform itself decided: no worker's rule binds them."""
        return self.strategy_id in _AUTHORITIES

    def is_same(self, other: "Author") -> bool:
        """Tell whether both are one worker."""
        return (self.strategy_id, self.worker) == (other.strategy_id, other.worker)

    def __str__(self) -> str:
        return self.worker if self.strategy_id == self.worker else f"{self.worker} of {self.strategy_id}"


@dataclass(frozen=True, slots=True)
class Wish:
    """Say what one directive asks of one trade, of which `held_base` was held when it was decided.

    `size_base` is the whole size asked for, None where a planner has still to say it.
    """

    directive_id: DirectiveId
    author: Author
    scope: DirectiveScope
    trade_id: TradeId
    side: PositionSide
    held_base: Decimal
    resizes: bool = False
    size_base: Decimal | None = None
    stop_price: Decimal | None = None
    moves_target: bool = False

    @property
    def turn(self) -> int:
        """+1 where it makes the trade larger, -1 smaller, 0 where it does neither or it is not known."""
        if not self.resizes or self.size_base is None:
            return 0
        return (self.size_base > self.held_base) - (self.size_base < self.held_base)

    @property
    def rank(self) -> Rank:
        """Where it stands; with size and stop together, where its size does."""
        if self.scope is not DirectiveScope.MODIFY_EXISTING:
            return Rank.CLOSE if self.scope is DirectiveScope.CLOSE_EXISTING else Rank.OPEN
        if not self.resizes:
            return Rank.STOP
        if self.author.has_authority:
            return Rank.BY_HAND
        if self.author.category is WorkerCategory.SCHEDULED_OPERATIONS:
            return Rank.BALANCE
        return Rank.REDUCE if self.turn < 0 else Rank.ADD

    @property
    def only_moves_stop(self) -> bool:
        """Whether it moves the stop and does nothing else."""
        return self.rank is Rank.STOP and self.stop_price is not None and not self.moves_target

    def loosens(self, stop_price: Decimal) -> bool:
        """Tell whether its stop gives back more than one at `stop_price`."""
        return self.stop_price is not None and (self.stop_price - stop_price) * self.side.sign < 0

    def __str__(self) -> str:
        return f"{self.directive_id} by {self.author}"


def wish_decided(directive: StrategyDirective, trade: Position, category: WorkerCategory | None) -> Wish:
    """Return what a directive asks of a trade, as far as it is known before planning."""
    size, leave, asked = directive.size_directive, directive.exit_directive, directive.by_hand
    is_priced = asked is not None and asked.entry is not None
    is_resized = size is not None and bool(size.model_fields_set)
    return Wish(
        directive_id=directive.directive_id,
        author=Author(directive.strategy_id, directive.strategy_planner_id, category),
        scope=directive.scope,
        trade_id=trade.trade_id,
        side=trade.side,
        held_base=trade.size_base,
        resizes=_is_modified(directive) and (is_resized or is_priced),
        size_base=size.target_size_base if size is not None else None,
        stop_price=leave.stop_loss_price if leave is not None else None,
        moves_target=leave is not None and leave.take_profit_price is not None,
    )


def wish_planned(
    directive: ExecutionDirective, target: TargetPlans, trade: Position, category: WorkerCategory | None
) -> Wish:
    """Return what an execution directive asks of one of its trades."""
    is_priced = directive.by_hand is not None and directive.by_hand.entry is not None
    return Wish(
        directive_id=directive.directive_id,
        author=Author(directive.strategy_id, directive.strategy_planner_id, category),
        scope=directive.scope,
        trade_id=trade.trade_id,
        side=trade.side,
        held_base=trade.size_base,
        resizes=_is_modified(directive) and (target.size is not None or is_priced),
        size_base=target.size.position_size_base if target.size is not None else None,
        stop_price=target.exit.stop_loss_price if target.exit is not None else None,
        moves_target=target.exit is not None and target.exit.take_profit_price is not None,
    )


def _is_modified(directive: StrategyDirective | ExecutionDirective) -> bool:
    """Tell whether a size that is named is asked for: a close leaves none, whatever it names."""
    return directive.scope is DirectiveScope.MODIFY_EXISTING


def beaten(wish: Wish, other: Wish) -> str | None:
    """Say why `wish` gives way to `other` on the same trade, None where both are carried out.

    `other` is one that came before and has not ended, or one that comes while `wish` still waits.
    """
    if wish.rank is Rank.CLOSE or wish.author.has_authority:
        return None
    if other.rank is Rank.CLOSE:
        return f"superseded by {other}, which closes the trade"
    if wish.only_moves_stop and other.only_moves_stop:
        return _stop_beaten(wish, other)
    if wish.resizes and other.resizes:
        return _size_beaten(wish, other)
    return None


def _stop_beaten(wish: Wish, other: Wish) -> str | None:
    """Let the operator's stop stand, and of two others the tighter."""
    stop = other.stop_price
    if stop is None:
        return None
    if other.author.strategy_id == OPERATOR_STRATEGY:
        return f"superseded by {other}, which moves the stop to {stop}"
    if not wish.loosens(stop):
        return None
    return f"superseded by {other}, which moves the stop to {stop}, tighter than {wish.stop_price}"


def _size_beaten(wish: Wish, other: Wish) -> str | None:
    """Let the operator's size stand, then the higher rank, then the smaller size."""
    if other.author.has_authority:
        return f"superseded by {other}, which {_does(other)}"
    if wish.turn == 0 or other.turn == 0 or wish.size_base is None or other.size_base is None:
        return None
    if wish.turn != other.turn:
        is_beaten = other.turn < 0 if wish.rank is other.rank else other.rank < wish.rank
        return f"superseded by {other}, which {_does(other)}" if is_beaten else None
    if wish.size_base > other.size_base:
        return f"superseded by {other}, which {_does(other)}: the smaller size stands, not {wish.size_base}"
    return None


def _does(wish: Wish) -> str:
    verb = {1: "adds", -1: "reduces", 0: "resizes it"}[wish.turn]
    return verb if wish.size_base is None else f"{verb} to {wish.size_base}"
