"""From a directive to the trades it is about."""

from desk.contracts.directives import DirectiveScope, EntryDirective, StrategyDirective
from desk.contracts.execution import TargetPlans
from desk.contracts.ids import TradeId
from desk.contracts.plans import PlanRole
from desk.contracts.ports.time import IdSource
from desk.contracts.ports.view import DeskView
from desk.contracts.positions import Position
from desk.planning.aggregator import PlanningRefused
from desk.planning.market_view import MarketView
from desk.planning.pending import PendingTarget
from desk.planning.scope import expected_roles


def symbols_of(directive: StrategyDirective, view: DeskView) -> list[str]:
    """List the symbols a directive is about, each once."""
    entry = directive.entry_directive
    if directive.scope is DirectiveScope.NEW_TRADE and entry is not None and entry.symbol is not None:
        return [entry.symbol]
    known = (view.position(trade_id) for trade_id in directive.target_trade_ids)
    return list(dict.fromkeys(position.symbol for position in known if position is not None))


def targets_of(
    directive: StrategyDirective, market: MarketView, view: DeskView, ids: IdSource
) -> list[PendingTarget]:
    """Return what must be planned; a NEW_TRADE draws its trade id here.

    Raises PlanningRefused for an unknown symbol, and for a MODIFY of an unknown or closed trade. A CLOSE
    leaves unknown trades out and goes on with the others.
    """
    roles = expected_roles(directive)
    match directive.scope:
        case DirectiveScope.NEW_TRADE:
            entry = directive.entry_directive or EntryDirective()
            return [_new_target(entry, market, roles, ids.new(TradeId))]
        case DirectiveScope.MODIFY_EXISTING:
            return [_modified(trade_id, market, view, roles) for trade_id in directive.target_trade_ids]
        case DirectiveScope.CLOSE_EXISTING:
            return [_target(position, roles) for position in known_positions(directive, view)]


def closing_targets(directive: StrategyDirective, view: DeskView) -> list[TargetPlans]:
    """Return the targets of a CLOSE that needs no plan; raises PlanningRefused where it knows none.

    An emergency exit may have none: it leaves what the venue holds.
    """
    known = known_positions(directive, view)
    return [TargetPlans(trade_id=position.trade_id, symbol=position.symbol) for position in known]


def known_positions(directive: StrategyDirective, view: DeskView) -> list[Position]:
    """Return the trades of a CLOSE that the ledger knows; raises PlanningRefused where it knows none."""
    found = [view.position(trade_id) for trade_id in directive.target_trade_ids]
    known = [position for position in found if position is not None]
    if not known and not directive.emergency:
        raise PlanningRefused(f"no trade is known of {', '.join(directive.target_trade_ids)}")
    return known


def _new_target(
    entry: EntryDirective, market: MarketView, roles: tuple[PlanRole, ...], trade_id: TradeId
) -> PendingTarget:
    symbol, direction = entry.symbol, entry.direction
    if symbol is None or direction is None:
        raise PlanningRefused("a NEW_TRADE needs a symbol and a direction")
    if symbol not in market.instruments:
        raise PlanningRefused(f"{symbol} is no instrument of this desk")
    return PendingTarget(trade_id, symbol, direction, None, roles)


def _modified(
    trade_id: TradeId, market: MarketView, view: DeskView, roles: tuple[PlanRole, ...]
) -> PendingTarget:
    position = view.position(trade_id)
    if position is None or position.closed_at_ms is not None:
        raise PlanningRefused(f"{trade_id} is {'not known' if position is None else 'closed'}")
    target = _target(position, roles)
    if position.symbol not in market.instruments:
        raise PlanningRefused(f"{position.symbol} is no instrument of this desk", target)
    return target


def _target(position: Position, roles: tuple[PlanRole, ...]) -> PendingTarget:
    return PendingTarget(position.trade_id, position.symbol, position.side.entry_side, position, roles)
