"""Which trades a worker has opened itself."""

from desk.contracts.ports.plugin import PluginContext
from desk.contracts.positions import Position


def is_own(position: Position, context: PluginContext) -> bool:
    """Tell whether this worker, and not another of its strategy, has opened a trade."""
    return position.strategy_id == context.strategy_id and position.worker == context.name


def own_trades(context: PluginContext, symbol: str) -> tuple[Position, ...]:
    """Return the worker's own open trades on a symbol, in the order of the view."""
    return tuple(one for one in context.view.positions_on(symbol) if is_own(one, context))
