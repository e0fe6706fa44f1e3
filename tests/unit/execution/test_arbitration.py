"""Several workers on one trade, on a whole desk: whose word counts, and what happens to the others'."""

from decimal import Decimal
from pathlib import Path

import pytest

from desk.contracts.directives import DirectiveScope, ExitDirective, StopReference
from desk.contracts.orders import Leg
from tests.builders.crowd import Voices, crowded, ending
from tests.builders.execution import Fault
from tests.builders.living_desk import LivingDesk

D = Decimal


def test_a_worker_of_another_strategy_is_refused_and_a_risk_control_worker_is_not(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        trade = await Voices(desk).opened()
        others = Voices(desk, "other")
        flow = others.stop("trail", trade, "49500")
        assert ending(desk, flow) == (
            f"refused by arbitration: {trade.trade_id} belongs to planner of swing: "
            "trail of other may not touch it"
        )
        more = others.resize("limiter", trade, "0.2")
        assert "RISK_CONTROL only reduces" in ending(desk, more)
        less = others.resize("limiter", trade, "0.05")
        await desk.settle(price="50000")
        assert desk.positions[0].size_base == D("0.05"), ending(desk, less)
        others.close("limiter", trade)
        await desk.settle(price="50000")
        assert desk.positions == ()

    crowded(tmp_path).run(script)


def test_the_size_of_what_a_schedule_bought_is_the_schedules(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        voices = Voices(desk)
        trade = await voices.opened("saver")
        assert "may tighten its stop or close it" in ending(desk, voices.resize("partials", trade, "0.05"))
        voices.stop("trail", trade, "49500")
        await desk.settle(price="50000")
        assert desk.positions[0].stop_price == D(49_500)
        grown = voices.resize("saver", trade, "0.12")
        await desk.settle(price="50000")
        assert desk.positions[0].size_base == D("0.12"), ending(desk, grown)

    crowded(tmp_path).run(script)


def test_a_second_worker_turns_the_size_once_it_has_settled(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        voices = Voices(desk)
        trade = await voices.opened()
        first = voices.resize("pyramid", trade, "0.15")
        await desk.settle(price="50000")
        held = desk.positions[0]
        reason = ending(desk, voices.resize("partials", held, "0.05"))
        assert reason.startswith(f"refused by arbitration: {first} by pyramid of swing added to the trade ")
        assert reason.endswith("another worker may turn its size after 5000 ms")
        for worker, size in (("pyramid", "0.14"), ("limiter", "0.13"), ("operator", "0.12")):
            voices.resize(worker, desk.positions[0], size)
            await desk.settle(price="50000")
            assert desk.positions[0].size_base == D(size), worker
        await desk.pass_ms(5_000)
        voices.resize("partials", desk.positions[0], "0.05")
        await desk.settle(price="50000")
        assert desk.positions[0].size_base == D("0.05")

    crowded(tmp_path).run(script)


@pytest.mark.parametrize("owner", ["planner", "saver"])
def test_a_close_that_names_a_size_is_a_close(owner: str, tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        voices = Voices(desk)
        trade = await voices.opened(owner)
        voices.resize("pyramid" if owner == "planner" else owner, trade, "0.15")
        await desk.settle(price="50000")
        flow = voices.close("partials", desk.positions[0], size="0.05")
        await desk.settle(price="50000")
        assert desk.positions == (), ending(desk, flow)

    crowded(tmp_path).run(script)


def test_stops_and_closes_wait_for_no_settling(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        voices = Voices(desk)
        trade = await voices.opened()
        voices.resize("pyramid", trade, "0.15")
        await desk.settle(price="50000")
        voices.stop("trail", trade, "49500")
        await desk.settle(price="50000")
        assert desk.positions[0].stop_price == D(49_500)
        voices.close("partials", trade)
        await desk.settle(price="50000")
        assert desk.positions == ()

    crowded(tmp_path).run(script)


@pytest.mark.parametrize("settling_ms", [0, 5000])
def test_a_restart_forgets_no_turn(settling_ms: int, tmp_path: Path) -> None:
    async def adds(desk: LivingDesk) -> None:
        voices = Voices(desk)
        trade = await voices.opened()
        voices.resize("pyramid", trade, "0.15")
        await desk.settle(price="50000")

    async def reduces(desk: LivingDesk) -> None:
        desk.tick("50000")
        voices = Voices(desk)
        flow = voices.resize("partials", desk.positions[0], "0.05")
        await desk.settle(price="50000")
        assert ("added to the trade" in ending(desk, flow)) is (settling_ms > 0)

    house = crowded(tmp_path, f"risk.size_settling_ms={settling_ms}")
    house.run(adds)
    house.run(reduces)


def test_of_what_waits_behind_a_slow_venue_the_better_rank_is_carried_out(tmp_path: Path) -> None:
    house = crowded(tmp_path)

    async def script(desk: LivingDesk) -> None:
        voices = Voices(desk)
        trade = await voices.opened()
        house.venue.fail("amend", Fault.LOST_REPLY, leg=Leg.STOP)
        house.venue.fail("place", Fault.LOST_REPLY, leg=Leg.STOP)
        slow = voices.stop("trail", trade, "49100")
        await desk.pass_ms(100)
        pyramid = voices.resize("pyramid", trade, "0.15")
        partials = voices.resize("partials", trade, "0.05")
        tighter = voices.stop("planner", trade, "49200")
        assert ending(desk, pyramid) == (
            f"refused by superseded: superseded by {partials} by partials of swing, which reduces to 0.05"
        )
        await desk.settle(price="50000")
        assert desk.positions[0].size_base == D("0.05")
        assert desk.positions[0].stop_price == D(49_200)
        assert ending(desk, slow)
        assert ending(desk, partials)
        assert ending(desk, tighter)

    house.run(script)


def test_a_resting_addition_gives_way_to_a_reduction_and_not_to_a_larger_addition(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        voices = Voices(desk)
        trade = await voices.opened()
        resting = voices.rests("pyramid", trade, "0.15")
        await desk.pass_ms(100)
        larger = voices.resize("planner", trade, "0.2")
        assert "the smaller size stands, not 0.2" in ending(desk, larger)
        voices.resize("partials", trade, "0.05")
        await desk.settle(price="50000")
        assert desk.positions[0].size_base == D("0.05")
        assert ending(desk, resting).startswith("entry canceled without a fill")
        assert desk.positions[0].max_size_base == trade.size_base

    crowded(tmp_path).run(script)


def test_a_worker_does_not_change_what_is_being_closed(tmp_path: Path) -> None:
    house = crowded(tmp_path)

    async def script(desk: LivingDesk) -> None:
        voices = Voices(desk)
        trade = await voices.opened()
        house.venue.fail("place", Fault.LOST_REQUEST, leg=Leg.CLOSE)
        close = voices.close("operator", trade)
        await desk.pass_ms(100)
        for flow in (voices.resize("partials", trade, "0.05"), voices.stop("trail", trade, "49500")):
            reason = ending(desk, flow)
            assert f"superseded by {close} by operator of platform.operator, which closes the trade" in reason
        await desk.settle(price="50000")
        assert desk.positions == ()

    house.run(script)


def test_a_directive_on_several_trades_is_refused_whole_for_one_that_is_not_its_own(
    tmp_path: Path,
) -> None:
    async def script(desk: LivingDesk) -> None:
        first = await Voices(desk).opened()
        second = await Voices(desk, "other").opened()
        directive = desk.close(first, second).model_copy(update={"strategy_id": "swing"})
        assert f"{second.trade_id} belongs to planner of other" in ending(desk, desk.issue(directive))

    crowded(tmp_path, "risk.max_position_notional=200000").run(script)


def test_the_portfolio_of_a_blueprint_holds_over_all_its_workers(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        voices = Voices(desk)
        first = await voices.opened()
        await voices.opened("saver")
        third = desk.new_trade().model_copy(update={"strategy_id": "swing"})
        flow = desk.issue(third)
        await desk.settle(price="50000")
        assert "refused by portfolio: max_open_trades of swing: 2 are open" in ending(desk, flow)
        more = voices.resize("pyramid", first, "0.13")
        await desk.settle(price="50000")
        assert "refused by portfolio: max_trade_notional of swing: 6500" in ending(desk, more)
        risky = Voices(desk, "other")
        await risky.opened()
        voices.resize("partials", first, "0.05")
        await desk.settle(price="50000")
        assert desk.positions[0].size_base == D("0.05"), "what lowers risk passes"

    limits = "{max_open_trades: 2, max_trade_notional: 6000, max_open_risk: 250}"
    crowded(tmp_path, portfolio=limits).run(script)


def test_the_stop_of_a_trade_that_is_yet_to_be_counts_as_risk(tmp_path: Path) -> None:
    """0.1 with a stop 2 % under 50,000 risks 100; two of them are over 150."""

    async def script(desk: LivingDesk) -> None:
        await Voices(desk).opened()
        flow = desk.issue(desk.new_trade().model_copy(update={"strategy_id": "swing"}))
        await desk.settle(price="50000")
        assert "refused by portfolio: max_open_risk of swing: 19" in ending(desk, flow)

    crowded(tmp_path, portfolio="{max_open_risk: 150}").run(script)


def test_a_stop_that_was_overtaken_is_dropped_and_its_size_is_done(tmp_path: Path) -> None:
    house = crowded(tmp_path)

    async def script(desk: LivingDesk) -> None:
        voices = Voices(desk)
        trade = await voices.opened()
        house.venue.fail("amend", Fault.LOST_REQUEST, leg=Leg.STOP)
        house.venue.fail("place", Fault.LOST_REQUEST, leg=Leg.STOP)
        voices.stop("trail", trade, "49500")
        await desk.pass_ms(100)
        both = voices.resize("partials", trade, "0.05", stop="49200")
        near = ExitDirective(stop_loss_tolerance=D("0.017"), stop_reference=StopReference.CURRENT)
        modify = DirectiveScope.MODIFY_EXISTING
        looser = desk.issue(desk.directive(modify, trade.trade_id, exit_directive=near, strategy_id="swing"))
        await desk.settle(price="50000")
        assert ending(desk, looser) == (
            "refused by superseded: superseded: the stop is at 49500 already, tighter than 49150.0"
        )
        assert "stop" not in ending(desk, both)
        assert desk.positions[0].size_base == D("0.05")
        assert desk.positions[0].stop_price == D(49_500)

    house.run(script)
