"""What keeps a worker from new risk: something about the desk, or something about one symbol."""

from desk.contracts.ports.plugin import PluginContext
from desk.contracts.ports.view import DeskView
from desk.contracts.states import DeskState


def desk_obstacle(view: DeskView) -> str | None:
    """Name what keeps everybody from new risk on any symbol; None where nothing does."""
    if view.state() is not DeskState.ACTIVE:
        return f"the desk is {view.state()}"
    return None if view.is_reconciled() else "the ledger is not reconciled with the venue yet"


def symbol_obstacle(
    context: PluginContext, symbol: str, *, order: str = "an order", entry: str = "an entry"
) -> str | None:
    """Name what keeps this worker from new risk on a symbol; None where nothing does.

    `order` and `entry` are the words for an order on it and for what it has opened before.
    """
    view = context.view
    block = view.entry_block(context.strategy_id, symbol)
    if block is not None:
        return f"{block.worker} blocks new risk: {block.reason}"
    if view.has_unknown_order(symbol):
        return f"the outcome of {order} is not known"
    return f"{entry} has not ended" if view.has_pending_entry(context.strategy_id, symbol) else None
