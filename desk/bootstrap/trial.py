"""Workers made once for a trial, over a desk that holds nothing: what a start would refuse is told before."""

from functools import partial

from desk.bootstrap.strategies import bars_needed, made_worker, scheduled_workers
from desk.bus.context import WorkerContext
from desk.config.blueprint_file import BlueprintFile
from desk.config.configuration import kept
from desk.contracts.ports.view import DeskView
from desk.contracts.problems import Problem
from desk.contracts.states import DeskState
from desk.execution.flow_registry import FlowRegistry
from desk.feeds.bars import BarBook
from desk.ledger.ledger import Ledger
from desk.runtime.clock import WallClock
from desk.runtime.ids import SystemIds
from desk.runtime.live_view import LiveView
from desk.runtime.market_board import MarketBoard


def faults_at_making(file: BlueprintFile, account_currency: str) -> tuple[Problem, ...]:
    """Make every worker of a blueprint as a first start does, and say which cannot be made, and why."""
    problems: list[Problem] = []
    view = _empty_view(file, account_currency)
    for index, use in enumerate(file.workers):
        context = WorkerContext(
            use.name,
            file.strategy_id,
            view=view,
            ids=SystemIds(WallClock()),
            cause=lambda: None,  # no event calls a worker that is being made
            protection=file.blueprint.protection,
        )
        kept(problems, partial(made_worker, file, index, context))
    return tuple(problems)


def _empty_view(file: BlueprintFile, account_currency: str) -> DeskView:
    return LiveView(
        account_currency=account_currency,
        clock=WallClock(),
        ledger=Ledger(),
        board=MarketBoard(),
        bars=BarBook(bars_needed([file])),
        flows=FlowRegistry(),
        state=lambda: DeskState.ACTIVE,
        scheduled_workers=scheduled_workers([file]),
    )
