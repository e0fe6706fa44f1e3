"""Whose a trade is, and what others may do to it: pure, by who opened it and who asks."""

from desk.contracts.manifests import WorkerCategory
from desk.contracts.positions import Position
from desk.execution.precedence import Author, Rank, Wish


def trespass(wish: Wish, trade: Position, owner: Author) -> str | None:
    """Say why `wish` is not for its author to ask of `trade`, which `owner` opened or adopted.

    The operator and the platform may do all; RISK_CONTROL of any strategy may tighten, reduce and close;
    other workers touch the trades of their own strategy alone. The size of a trade that SCHEDULED_OPERATIONS
    opened is that one worker's, and such a worker closes and resizes no other trade.
    """
    author = wish.author
    if author.has_authority:
        return None
    if author.category is WorkerCategory.RISK_CONTROL:
        return _added_by_risk_control(wish, trade)
    if author.strategy_id != owner.strategy_id:
        return f"{trade.trade_id} belongs to {owner}: {author} may not touch it"
    return None if author.is_same(owner) else _beside(wish, trade, owner)


def _beside(wish: Wish, trade: Position, owner: Author) -> str | None:
    """Say what a worker may not ask of a trade that another worker of its strategy opened."""
    author = wish.author
    is_scheduled = author.category is WorkerCategory.SCHEDULED_OPERATIONS
    if is_scheduled and (wish.resizes or wish.rank is Rank.CLOSE):
        return f"{trade.trade_id} was opened by {owner}: {author} resizes and closes only what it opened"
    if wish.resizes and owner.category is WorkerCategory.SCHEDULED_OPERATIONS:
        return f"the size of {trade.trade_id} belongs to {owner}: {author} may tighten its stop or close it"
    return None


def _added_by_risk_control(wish: Wish, trade: Position) -> str | None:
    if not wish.resizes or (wish.size_base is not None and wish.turn <= 0):
        return None
    wanted = "a size it does not name" if wish.size_base is None else f"{wish.size_base}"
    return (
        f"{wish.author} wants {wanted} of {trade.trade_id}, {trade.size_base} held: RISK_CONTROL only reduces"
    )
