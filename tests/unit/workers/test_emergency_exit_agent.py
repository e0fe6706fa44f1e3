"""A grave threat closes what it affects, once, even where there is nothing to close."""

from decimal import Decimal

import pytest
from pydantic import ValidationError

from desk.contracts.directives import DirectiveScope
from desk.contracts.sides import PositionSide
from desk.contracts.states import DeskState
from desk.testing.bench import Bench, only_directive
from desk.testing.building import PERPETUAL, SPOT, position
from desk.workers.risk_control.emergency_exit_agent import EmergencyExitAgent


def agent(**parameters: object) -> Bench:
    return Bench(EmergencyExitAgent, parameters)


def full_book() -> Bench:
    """Hold BTC long on spot and short on a perpetual, and ETH long, of two strategies."""
    bench = agent()
    bench.desk.hold(
        position(number=1, symbol=SPOT),
        position(PositionSide.SHORT, number=2, symbol=PERPETUAL, strategy_id="another"),
        position(number=3, symbol="ETH/USDT", entry="4000"),
    )
    return bench


def closed_by(bench: Bench, severity: str, asset: str | None = None) -> list[int]:
    """List the numbers of the trades that a threat closes."""
    directive = only_directive(bench.threat(severity, asset))
    return [int(trade_id[-8:], 16) for trade_id in directive.target_trade_ids]


def test_a_threat_at_the_threshold_closes_everything() -> None:
    directive = only_directive(full_book().threat("0.9"))
    assert directive.scope is DirectiveScope.CLOSE_EXISTING
    assert directive.emergency
    assert directive.confidence == 1
    assert len(directive.target_trade_ids) == 3
    assert len(directive.causality.threat_ids) == 1
    assert directive.rationale == (
        "emergency exit of everything: CONNECTION_LOST of severity 0.9 from watch: nothing heard for a minute"
    )


def test_an_emergency_close_waits_for_no_planner() -> None:
    directive = only_directive(full_book().threat("0.9"))
    parts = (directive.entry_directive, directive.size_directive, directive.exit_directive)
    assert parts == (None, None, None)
    assert directive.routing_directive is None


def test_a_threat_below_the_threshold_closes_nothing() -> None:
    assert full_book().threat("0.8999") == []


def test_the_threshold_is_a_parameter() -> None:
    bench = agent(exit_threshold="0.5")
    assert bench.threat("0.49") == []
    assert len(bench.threat("0.5")) == 1


def test_a_threat_to_a_coin_closes_every_pair_of_it_long_and_short() -> None:
    assert closed_by(full_book(), "0.95", "BTC") == [1, 2]


def test_a_threat_to_a_symbol_closes_that_symbol_alone() -> None:
    assert closed_by(full_book(), "0.95", SPOT) == [1]
    assert closed_by(full_book(), "0.95", PERPETUAL) == [2]


def test_a_threat_to_a_coin_that_only_looks_alike_closes_nothing_of_another() -> None:
    assert closed_by(full_book(), "0.95", "BT") == []
    assert closed_by(full_book(), "0.95", "USDT") == []


def test_an_empty_book_still_blocks_entries_and_cancels() -> None:
    directive = only_directive(agent().threat("1", "BTC"))
    assert directive.emergency
    assert directive.target_trade_ids == ()
    assert directive.affected_asset == "BTC"


def test_positions_found_on_a_derivative_are_closed_too() -> None:
    bench = agent()
    bench.desk.hold(position(symbol=PERPETUAL, strategy_id="EXTERNAL"))
    assert closed_by(bench, "1") == [1]


def test_coins_that_the_desk_did_not_buy_are_left_to_the_operator() -> None:
    bench = agent()
    bench.desk.hold(position(symbol=SPOT, strategy_id="EXTERNAL"), position(number=2))
    assert closed_by(bench, "1") == [2]


def test_the_same_threat_closes_once() -> None:
    bench = full_book()
    assert len(bench.threat("0.95", number=7)) == 1
    assert bench.threat("0.95", number=7) == []
    bench.restart()
    assert bench.threat("0.95", number=7) == []
    assert len(bench.threat("0.95", number=8)) == 1


def test_a_threat_that_grows_grave_closes_then() -> None:
    bench = full_book()
    assert bench.threat("0.5", number=7) == []
    assert len(bench.threat("0.95", number=7)) == 1


def test_what_is_remembered_of_threats_stays_small() -> None:
    bench = agent()
    for number in range(1, 1001):
        bench.threat("1", number=number)
    assert len(bench.memory.get("acted_on") or "") < 2000
    assert bench.threat("1", number=1000) == []


@pytest.mark.parametrize("state", list(DeskState))
def test_no_state_of_the_desk_silences_it(state: DeskState) -> None:
    bench = full_book()
    bench.desk.desk_state = state
    bench.desk.reconciled = False
    bench.desk.unknown_orders.add(SPOT)
    assert len(bench.threat("0.9")) == 1


@pytest.mark.parametrize("severity", ["NaN", "1.01", "-0.1", "Infinity"])
def test_a_severity_outside_zero_to_one_is_no_threat_at_all(severity: str) -> None:
    with pytest.raises(ValidationError):
        agent().threat(severity)


def test_the_threshold_must_be_a_severity() -> None:
    with pytest.raises(ValidationError):
        agent(exit_threshold=Decimal("1.5"))
