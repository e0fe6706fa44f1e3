"""Blocks on new risk: how a worker of RISK_CONTROL keeps everybody from entering, and lets them again.

A block is no state of the desk: it stands until the worker that set it lifts it, or the operator re-arms.
"""

from typing import Annotated, Self

from pydantic import Field, model_validator

from desk.contracts.causality import CausalityChain
from desk.contracts.dto import Dto, Symbol


class EntryBlock(Dto):
    """Forbid new risk on `symbol`, or on all; to every strategy, or with `own_strategy_only` to its own.

    A worker has one block per symbol and one on all: a newer one takes its place.
    """

    strategy_id: str
    worker: str
    symbol: Symbol | None = None
    own_strategy_only: bool = False
    reason: Annotated[str, Field(min_length=1)]
    blocked_at_ms: int
    causality: CausalityChain

    @property
    def key(self) -> tuple[str, str, str]:
        """Who set it, on what; empty text for all symbols."""
        return (self.strategy_id, self.worker, self.symbol or "")

    def forbids(self, strategy_id: str, symbol: str) -> bool:
        """Tell whether it keeps a strategy from new risk on a symbol."""
        is_about = self.symbol is None or self.symbol == symbol
        return is_about and (not self.own_strategy_only or self.strategy_id == strategy_id)


class EntryRelease(Dto):
    """Lift the block of one worker on `symbol`, or its block on all.

    `by_operator` marks what a re-arm lifted, whoever had set it.
    """

    strategy_id: str
    worker: str
    symbol: Symbol | None = None
    reason: Annotated[str, Field(min_length=1)]
    released_at_ms: int
    by_operator: bool = False
    causality: CausalityChain

    @property
    def key(self) -> tuple[str, str, str]:
        """Whose block it lifts, on what."""
        return (self.strategy_id, self.worker, self.symbol or "")

    @model_validator(mode="after")
    def _operator_has_a_hand(self) -> Self:
        if self.by_operator and self.causality.manual_id is None:
            message = "what the operator lifts is caused by a command"
            raise ValueError(message)
        return self
