"""Faults planted in the desk are found: the promises that all other tests here check are not empty words."""

from collections.abc import Callable
from pathlib import Path

import pytest

from desk.contracts.ids import DirectiveId, TradeId
from desk.contracts.orders import OrderOutcome, OrderRequest, OutcomeKind, VenueFill
from desk.contracts.records import JournalEntry
from desk.execution.modify import ModifyExecutor
from desk.execution.orchestrator import PlanExecutionOrchestrator
from desk.execution.protection import ProtectionKeeper
from desk.execution.recovery import Recovery
from desk.execution.resolver import OutcomeResolver
from desk.execution.sending import OrderSender
from desk.execution.venue_events import VenueEventIntake
from tests.builders.deaths import with_lag
from tests.builders.desk import DeskHouse
from tests.simulation.scenarios import SCENARIOS, STILL
from tests.simulation.test_bad_line import bad_day
from tests.simulation.test_deaths import MANNERS, broken_by, dies, lives_again

pytestmark = pytest.mark.soak

Plant = Callable[[pytest.MonkeyPatch], None]
Found = Callable[[Path], list[str]]


def on_bad_lines(seeds: int = 60) -> Found:
    """Look for broken promises in days on bad lines, until there are some."""

    def look(folder: Path) -> list[str]:
        for seed in range(seeds):
            day = bad_day(folder / str(seed), seed)
            try:
                found = broken_by(day.house, day.live())
            except AssertionError as error:
                found = [str(error)]
            if found or day.left != {"flows": 0, "naked": 0}:
                return [*found, str(day.left)]
        return []

    return look


def on_deaths(name: str, manner: str = "plain", *, lags: bool = False) -> Found:
    """Look for broken promises after each death in a scenario, until there are some."""

    def look(folder: Path) -> list[str]:
        house = DeskHouse(folder / "alive", settings=MANNERS[manner])
        life, deaths = dies(house, SCENARIOS[name])
        if found := broken_by(house, life):
            return found
        for death in with_lag(deaths) if lags else deaths:
            try:
                found = lives_again(house, death, folder / str(death.number), STILL)
            except AssertionError as error:
                found = [str(error)]
            if found:
                return found
        return []

    return look


def retries_what_is_unknown(patch: pytest.MonkeyPatch) -> None:
    place = OrderSender.place

    async def again(
        self: OrderSender,
        draft: OrderRequest,
        trade: TradeId,
        flow: DirectiveId,
        strategy_id: str,
        first: tuple[JournalEntry, ...] = (),
    ) -> OrderOutcome:
        outcome = await place(self, draft, trade, flow, strategy_id, first)
        is_known = outcome.kind is not OutcomeKind.UNKNOWN
        return outcome if is_known else await place(self, draft, trade, flow, strategy_id)

    patch.setattr(OrderSender, "place", again)


def takes_unknown_for_rejected(patch: pytest.MonkeyPatch) -> None:
    def guessed(kind: OutcomeKind, *arguments: object, **named: object) -> OrderOutcome:
        is_unknown = kind is OutcomeKind.UNKNOWN
        return OrderOutcome(OutcomeKind.NOT_ACCEPTED if is_unknown else kind, *arguments, **named)  # type: ignore[arg-type]

    patch.setattr("desk.execution.venue_calls.OrderOutcome", guessed)


def believes_the_first_look(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("desk.execution.resolver._NEGATIVE_READS_FOR_PROOF", 1)
    patch.setattr(OutcomeResolver, "_is_too_late", lambda *_: True)


def books_every_telling(patch: pytest.MonkeyPatch) -> None:
    def take(self: VenueEventIntake, fill: VenueFill) -> bool:
        order = self._ledger.order(fill.client_order_id) if fill.client_order_id else None
        instrument = self._view.instrument(fill.symbol)
        if order is not None and instrument is not None:
            self.book(fill, instrument, order)
        return True

    patch.setattr(VenueEventIntake, "take_fill", take)


def forgets_late_fills(patch: pytest.MonkeyPatch) -> None:
    take_fill = VenueEventIntake.take_fill

    def take(self: VenueEventIntake, fill: VenueFill) -> bool:
        order = self._ledger.order(fill.client_order_id) if fill.client_order_id else None
        return False if order is not None and order.status.is_terminal else take_fill(self, fill)

    patch.setattr(VenueEventIntake, "take_fill", take)


def leaves_the_stop_as_it_is(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ProtectionKeeper, "on_fill", lambda *_: None)
    patch.setattr(ProtectionKeeper, "on_order", lambda *_: None)


def does_not_wait_for_a_reduction(patch: pytest.MonkeyPatch) -> None:
    async def at_once(*_: object) -> None:
        return

    patch.setattr(ModifyExecutor, "_until_over", at_once)
    patch.setattr(ModifyExecutor, "_working", lambda *_: [])


def protects_nothing_after_a_restart(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Recovery, "resume", lambda *_: None)


def does_not_go_on_with_an_exit(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(PlanExecutionOrchestrator, "resume", lambda *_: None)


def sends_before_it_is_written(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("tests.builders.deaths._AWAITED", frozenset({"RUN_STARTED"}))


MUTANTS: dict[Plant, Found] = {
    retries_what_is_unknown: on_bad_lines(),
    takes_unknown_for_rejected: on_bad_lines(),
    believes_the_first_look: on_bad_lines(),
    books_every_telling: on_bad_lines(),
    forgets_late_fills: on_bad_lines(),
    leaves_the_stop_as_it_is: on_deaths("scale", "in parts"),
    does_not_wait_for_a_reduction: on_bad_lines(),
    protects_nothing_after_a_restart: on_deaths("new_at_the_market"),
    does_not_go_on_with_an_exit: on_deaths("emergency_exit"),
    sends_before_it_is_written: on_deaths("new_at_the_market", lags=True),
}


@pytest.mark.parametrize("plant", MUTANTS, ids=lambda plant: plant.__name__)
def test_a_planted_fault_is_found(plant: Plant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch)
    assert MUTANTS[plant](tmp_path) != []
