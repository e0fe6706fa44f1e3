"""Whether the plans of one target fit each other and their directive, whoever made them."""

from decimal import Decimal

from desk.contracts.directives import DirectiveScope, Protection, StrategyDirective
from desk.contracts.plans import EntryPlan, ExitPlan, PlanRole, SizePlan
from desk.contracts.sides import OrderSide, PositionSide
from desk.planning.pending import PendingTarget


def problem_of(directive: StrategyDirective, target: PendingTarget) -> str | None:
    """Name the first way in which the plans of `target` contradict each other or the directive."""
    plans = target.complete()
    return (
        _foreign_entry(target, plans.entry)
        or _wrong_exit(directive, target.direction, plans.entry, plans.exit)
        or _empty_size(directive, plans.size)
        or _risk(directive, target, plans.size)
    )


def _foreign_entry(target: PendingTarget, entry: EntryPlan | None) -> str | None:
    if entry is None or (entry.symbol, entry.direction) == (target.symbol, target.direction):
        return None
    planned = f"{entry.direction} {entry.symbol}"
    return f"the entry plan of {entry.planner} is {planned}, the directive {target.direction} {target.symbol}"


def _wrong_exit(
    directive: StrategyDirective, direction: OrderSide, entry: EntryPlan | None, leaving: ExitPlan | None
) -> str | None:
    if directive.scope is not DirectiveScope.NEW_TRADE or entry is None or leaving is None:
        return None
    if leaving.stop_loss_price is None and directive.protection is Protection.REQUIRED:
        return f"the exit plan of {leaving.planner} has no stop, and the trade needs one"
    first, price, sign = entry.first_price, entry.expected_price, PositionSide.of(direction).sign
    stop, target = leaving.stop_loss_price, leaving.take_profit_price
    if stop is not None and not (first - stop) * sign > 0:
        return f"the stop {stop} of {leaving.planner} is on the wrong side of the entry {first}"
    if target is not None and not (target - price) * sign > 0:
        return f"the target {target} of {leaving.planner} is on the wrong side of the entry {price}"
    return None


def _empty_size(directive: StrategyDirective, size: SizePlan | None) -> str | None:
    if directive.scope is DirectiveScope.NEW_TRADE and size is not None and not size.position_size_base > 0:
        return f"the size plan of {size.planner} opens nothing"
    return None


def _risk(directive: StrategyDirective, target: PendingTarget, size: SizePlan | None) -> str | None:
    """Check |entry - stop| x size <= max_risk_amount, in quote, wherever both prices are known."""
    limit = directive.size_directive.max_risk_amount if directive.size_directive is not None else None
    entry, stop = _entry_price(target), _stop_price(target)
    if limit is None or size is None or entry is None or stop is None:
        return None
    loss = max((entry - stop) * PositionSide.of(target.direction).sign, Decimal(0)) * size.position_size_base
    if loss <= limit:
        return None
    return (
        f"{size.planner} planned too much: |{entry} - {stop}| x {size.position_size_base}"
        f" = {loss.normalize():f} is over max_risk_amount {limit}"
    )


def _entry_price(target: PendingTarget) -> Decimal | None:
    """Return the price the whole position is judged by: the average for what is held, else the planned."""
    if target.position is not None and target.position.is_open:
        return target.position.entry_price
    entry = target.plans.get(PlanRole.ENTRY)
    return entry.expected_price if isinstance(entry, EntryPlan) else None


def _stop_price(target: PendingTarget) -> Decimal | None:
    leaving = target.plans.get(PlanRole.EXIT)
    if isinstance(leaving, ExitPlan) and leaving.stop_loss_price is not None:
        return leaving.stop_loss_price
    return target.position.stop_price if target.position is not None else None
