"""Each kind of fact in one line of words: what happened, at which price, and why."""

from collections.abc import Callable, Mapping
from typing import Any

from pydantic_core import from_json

from desk.contracts.durations import written_duration
from desk.contracts.records import EntryKind
from desk.journal.codec import EncodedEntry, EntryRow
from desk.journal.times import iso

Record = Mapping[str, Any]


def describe(entry: EncodedEntry | EntryRow) -> str:
    """Return what an entry says, in words; one of another version of the desk may lack some of them."""
    try:
        return _WORDS[EntryKind(entry.kind)](from_json(entry.data))
    except KeyError as missing:
        return f"{entry.kind} that tells no {missing.args[0]}"


def _context(record: Record) -> str:
    factors = ", ".join(
        f"{one['factor_type']} {'strength' if one.get('strength') is not None else 'weakness'} "
        f"{one.get('strength') or one.get('weakness')}"
        for one in record["factors"]
    )
    return f"context of {record['symbol']}: {factors}"


def _directive(record: Record) -> str:
    entry = record.get("entry_directive") or {}
    what = " ".join(str(entry[name]) for name in ("direction", "symbol") if entry.get(name))
    targets = ", ".join(record.get("target_trade_ids", ()))
    about = " ".join(part for part in (record["scope"], what, targets) if part)
    return f"directive {about} by {record['strategy_planner_id']}: {record['rationale']}"


def _entry_plan(record: Record) -> str:
    limit, stop = record.get("limit_price"), record.get("stop_price")
    prices = "".join((f" limit {limit}" if limit else "", f" stop {stop}" if stop else ""))
    how = f"{record['direction']} {record['order_type']}{prices}"
    return f"entry plan {how}, reference {record['reference_price']}"


def _order_intended(record: Record) -> str:
    request = record["request"]
    return f"order intended: {request['leg']} {_request(request)}"


def _request(request: Record) -> str:
    limit, stop = request.get("limit_price"), request.get("stop_price")
    prices = "".join((f" limit {limit}" if limit else "", f" stop {stop}" if stop else ""))
    return f"{request['side']} {request['size_base']} {request['symbol']} {request['order_type']}{prices}"


def _amend(record: Record) -> str:
    wanted = ((name, record.get(name)) for name in ("size_base", "limit_price", "stop_price"))
    return "amend intended: " + ", ".join(f"{name} {value}" for name, value in wanted if value is not None)


def _observed(record: Record) -> str:
    stop = f" stop {record['stop_price']}" if record.get("stop_price") else ""
    return (
        f"venue: {record['status']} {record['filled_base']} of {record['size_base']}{stop}{_because(record)}"
    )


def _fill(record: Record) -> str:
    fill = record["fill"]
    whose = "" if record["client_order_id"] else "EXTERNAL "
    cost = f"fee {fill['fee']} {fill['fee_currency']}"
    return f"{whose}fill {fill['side']} {fill['size_base']} {fill['symbol']} at {fill['price']}, {cost}"


def _period(record: Record) -> str:
    claim = record["claim"]
    period = f"{claim['schedule_name']} {iso(claim['period_start_ms'])}"
    return f"period {period} {record['outcome'].lower()} by {claim['worker']}: {record['reason']}"


def _trade(record: Record) -> str:
    stop, target = record["planned_stop_price"], record["planned_take_profit_price"]
    prices = ", ".join(one for one in ("" if stop else "no stop", _exits(stop, target)) if one)
    return f"trade {record['side']} {record['symbol']} intended, {prices}{_for_how_long(record)}"


def _exit_plan(record: Record) -> str:
    prices = _exits(record.get("stop_loss_price"), record.get("take_profit_price"))
    return f"exit plan {prices or 'without stop and target'}{_for_how_long(record)}"


def _exit_targeted(record: Record) -> str:
    prices = _exits(record["planned_stop_price"], record["planned_take_profit_price"])
    return f"exits wanted at {prices}" if prices else "no exits wanted"


def _exits(stop: str | None, target: str | None) -> str:
    """Name the prices that there are; an exit plan may leave either as it was."""
    named = (("stop", stop), ("target", target))
    return ", ".join(f"{name} {price}" for name, price in named if price is not None)


def _for_how_long(record: Record) -> str:
    hold_ms = record.get("hold_for_ms")
    return "" if hold_ms is None else f", held for {written_duration(hold_ms)} at most"


def _because(record: Record) -> str:
    return f": {record['reason']}" if record.get("reason") else ""


def _for_whom(record: Record) -> str:
    return f" for {record['strategy_id']}" if record.get("own_strategy_only") else ""


def _releaser(record: Record) -> str:
    return (
        f"the operator, whom {record['worker']} kept off" if record.get("by_operator") else record["worker"]
    )


_WORDS: Mapping[EntryKind, Callable[[Record], str]] = {
    EntryKind.RUN_STARTED: lambda one: f"run of {one['desk_id']} on {one['connector']}, {one['mode']}",
    EntryKind.TICK_RECEIVED: lambda one: f"tick {one['symbol']} {one['price']} ({one['bid']}/{one['ask']})",
    EntryKind.SCHEDULED_TICK: lambda one: (
        f"schedule {one['schedule_name']}, period of {iso(one['period_start_ms'])}"
    ),
    EntryKind.OPERATOR_COMMANDED: lambda one: (
        f"operator: {' '.join([one['command'], *(f'{name}={value}' for name, value in one['arguments'])])}"
    ),
    EntryKind.CONTEXT_ASSESSED: _context,
    EntryKind.OPPORTUNITY_DETECTED: lambda one: (
        f"opportunity {one['signal_type']} {one['side']} {one['symbol']}, confidence {one['confidence']}, "
        f"by {one['source']}: {one['rationale']}"
    ),
    EntryKind.THREAT_DETECTED: lambda one: (
        f"threat {one['threat_type']}, severity {one['severity']}, by {one['source']}: {one['rationale']}"
    ),
    EntryKind.DIRECTIVE_ISSUED: _directive,
    EntryKind.ENTRY_PLANNED: _entry_plan,
    EntryKind.SIZE_PLANNED: lambda one: (
        f"size plan {one['position_size_base']}, risking {one['risk_amount_quote']} quote"
    ),
    EntryKind.EXIT_PLANNED: _exit_plan,
    EntryKind.ROUTING_PLANNED: lambda one: f"routing plan {one['timing']} {one['time_in_force']}",
    EntryKind.PLAN_REJECTED: lambda one: f"{one['role']} plan rejected{_because(one)}",
    EntryKind.EXECUTION_DIRECTED: lambda one: (
        f"execution directive {one['scope']} for {', '.join(each['trade_id'] for each in one['targets'])}"
    ),
    EntryKind.DIRECTIVE_REFUSED: lambda one: f"refused by {one['refused_by']}{_because(one)}",
    EntryKind.TRADE_INTENDED: _trade,
    EntryKind.EXIT_TARGETED: _exit_targeted,
    EntryKind.TRADE_ADOPTED: lambda one: f"trade {one['trade_id']} adopted by {one['strategy_id']}",
    EntryKind.ORDER_INTENDED: _order_intended,
    EntryKind.ORDER_SENT: lambda _: "order sent",
    EntryKind.ORDER_ANSWERED: lambda one: f"order {one['outcome']}{_because(one)}",
    EntryKind.ORDER_OBSERVED: _observed,
    EntryKind.AMEND_INTENDED: _amend,
    EntryKind.CANCEL_INTENDED: lambda one: f"cancel intended{_because(one)}",
    EntryKind.FILL_BOOKED: _fill,
    EntryKind.TRADE_EXECUTED: lambda one: (
        f"executed {one['filled_size_base']} at {one['fill_price']} on average"
    ),
    EntryKind.BALANCE_ADJUSTED: lambda one: f"balance {one['delta']} {one['currency']}{_because(one)}",
    EntryKind.PERIOD_RECORDED: _period,
    EntryKind.WORKER_STATE_SAVED: lambda one: f"{one['worker']} remembers {one['key']} = {one['value']}",
    EntryKind.WORKER_STATUS_CHANGED: lambda one: f"{one['worker']} {one['status']}{_because(one)}",
    EntryKind.DESK_STATE_CHANGED: lambda one: (
        f"desk {one['previous']} to {one['current']} by {one['by']}{_because(one)}"
    ),
    EntryKind.ALARM_RAISED: lambda one: f"{one['severity']} alarm: {one['text']}",
    EntryKind.ALARM_ENDED: lambda one: f"alarm over: {one['text']}",
    EntryKind.ENTRIES_BLOCKED: lambda one: (
        f"no new risk on {one.get('symbol') or 'anything'}{_for_whom(one)} by {one['worker']}{_because(one)}"
    ),
    EntryKind.ENTRIES_RELEASED: lambda one: (
        f"new risk on {one.get('symbol') or 'anything'} again by {_releaser(one)}{_because(one)}"
    ),
    EntryKind.PARENT_OPENED: lambda one: (
        f"parent order to {one['side']} {one['size_base']} {one['symbol']} in {one['slices']} slices "
        f"until {iso(one['ends_at_ms'])}, none beyond {one['limit_price']}"
    ),
    EntryKind.PARENT_STOPPED: lambda one: f"parent order stopped by {one['by']}{_because(one)}",
    EntryKind.RECONCILED: lambda one: (
        f"reconciled {one['orders_checked']} orders: {'; '.join(one['differences']) or 'no difference'}"
    ),
    EntryKind.FLOW_ENDED: lambda one: f"flow ended, {one['outcome']}, {one['final_state']}: {one['reason']}",
}
