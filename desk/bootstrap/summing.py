"""The summary of a run, taken at its end."""

from decimal import Decimal

from desk.bootstrap.assembly import Desk
from desk.runtime.tally import RunSummary


def summarize(desk: Desk, journal_hash: str, wall_ms: int) -> RunSummary:
    """Value the account and count what happened."""
    parts = desk.core.parts
    parts.equity.sample(parts.clock.now_ms())
    open_positions = tuple(
        {
            "trade_id": str(one.trade_id),
            "symbol": one.symbol,
            "side": str(one.side),
            "size_base": str(one.size_base),
            "entry_price": str(one.entry_price),
            "stop_price": None if one.stop_price is None else str(one.stop_price),
        }
        for one in parts.ledger.open_positions()
    )
    return RunSummary(
        journal_hash=journal_hash,
        ticks=desk.core.ticks,
        counts=dict(desk.tally.counts),
        directives_by_worker=dict(sorted(desk.tally.directives_by_worker.items())),
        executed_by_worker=dict(sorted(desk.tally.executed_by_worker.items())),
        refusals=desk.tally.refusals.all(),
        open_positions=open_positions,
        state=parts.execution.state.current,
        account_currency=parts.view.account_currency,
        equity=parts.view.equity(),
        realized=desk.account.realized(),
        unrealized=desk.account.unrealized(),
        fees=desk.account.fees(),
        max_drawdown=parts.equity.worst,
        exposure=parts.equity.exposure.figures(),
        naked_seconds=Decimal(parts.execution.naked.total_ms()) / 1000,
        open_flows=len(parts.execution.flows.all()),
        wall_ms=wall_ms,
    )
