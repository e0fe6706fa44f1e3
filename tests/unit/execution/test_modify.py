"""Scaling in and out through an absolute target size."""

from decimal import Decimal
from pathlib import Path

from desk.contracts.directives import EntryDirective, ExitDirective, RoutingDirective, SizeDirective
from desk.contracts.execution import FlowOutcome
from desk.contracts.orders import Leg
from desk.contracts.records import CancelIntended
from tests.builders.desk import PLATFORM
from tests.builders.execution import Fault, ended, house, opened, resting
from tests.builders.living_desk import AT_A_LIMIT, SPOT, LivingDesk

D = Decimal


def test_a_trade_is_scaled_in_and_out_and_its_stop_follows(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        trade = await opened(desk)
        for size in ("0.150", "0.050", "0.080"):
            completion = await ended(desk, desk.issue(desk.resize(trade, size)))
            assert completion.outcome is FlowOutcome.SUCCESS, completion.reason
            assert desk.positions[0].size_base == D(size)
            assert resting(desk, Leg.STOP)[0][1] == D(size)
            assert resting(desk, Leg.TARGET)[0][1] == D(size)

    house(tmp_path).run(script)


def test_on_spot_the_coins_to_be_sold_leave_the_stop_first(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        trade = await opened(desk, symbol=SPOT)
        flow = desk.issue(desk.resize(trade, "0.05"))
        desk.tick("50000", SPOT)
        await desk.settle()
        completion = desk.end_of(flow)
        assert completion is not None
        assert completion.outcome is FlowOutcome.SUCCESS, completion.reason
        assert desk.positions[0].size_base == D("0.05")
        assert resting(desk, Leg.STOP)[0][1] == D("0.05")
        assert desk.positions[0].is_protected

    house(tmp_path).run(script)


def test_a_sale_on_spot_that_is_refused_leaves_all_of_it_covered(tmp_path: Path) -> None:
    at = house(tmp_path)

    async def script(desk: LivingDesk) -> None:
        trade = await opened(desk, symbol=SPOT)
        at.venue.fail("place", Fault.REFUSED, leg=Leg.REDUCE)
        flow = desk.issue(desk.resize(trade, "0.05"))
        await desk.settle()
        completion = desk.end_of(flow)
        assert completion is not None
        assert completion.outcome is FlowOutcome.ERROR
        assert resting(desk, Leg.STOP)[0][1] == trade.size_base
        assert desk.positions[0].is_protected

    at.run(script)


def test_the_same_size_again_changes_nothing_and_says_so(tmp_path: Path) -> None:
    at = house(tmp_path)

    async def script(desk: LivingDesk) -> None:
        trade = await opened(desk)
        placed = len(at.venue.placed)
        completion = await ended(desk, desk.issue(desk.resize(trade, str(trade.size_base))))
        assert "already" in completion.reason
        assert len(at.venue.placed) == placed

    at.run(script)


def test_a_target_size_of_zero_leaves_the_trade_and_its_stops(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        for symbol in (SPOT,):
            trade = await opened(desk, symbol=symbol)
            flow = desk.issue(desk.resize(trade, "0"))
            await desk.settle()
            completion = desk.end_of(flow)
            assert completion is not None
            assert completion.outcome is FlowOutcome.SUCCESS, completion.reason
            assert not desk.positions
            assert not desk.ledger.live_orders()

    house(tmp_path).run(script)


def test_a_reduction_in_crumbs_goes_on_or_says_what_is_missing(tmp_path: Path) -> None:
    at = house(tmp_path)

    async def script(desk: LivingDesk) -> None:
        trade = await opened(desk)
        at.venue.fail("place", Fault.UNCLEAR_BEFORE, leg=Leg.REDUCE)
        completion = await ended(desk, desk.issue(desk.resize(trade, "0.050")))
        assert desk.positions[0].size_base == D("0.050"), completion.reason
        at.venue.fail("place", Fault.REFUSED, leg=Leg.REDUCE, times=9)
        completion = await ended(desk, desk.issue(desk.resize(trade, "0.020")))
        assert completion.outcome is FlowOutcome.ERROR
        assert desk.positions[0].size_base == D("0.050")

    at.run(script)


def test_a_size_that_comes_late_leaves_a_close_under_way_alone(tmp_path: Path) -> None:
    at = house(tmp_path, "orchestration.plan_execution.timeout_seconds=60")

    async def script(desk: LivingDesk) -> None:
        trade = await opened(desk)
        at.venue.fail("amend", Fault.LOST_REQUEST, leg=Leg.STOP)
        stop = ExitDirective(stop_loss_price=D(49_500))
        late = desk.issue(desk.resize(trade, "0.150").model_copy(update={"exit_directive": stop}))
        await desk.pass_ms(100)
        at.venue.fail("place", Fault.LOST_REQUEST, leg=Leg.CLOSE)
        desk.issue(desk.close(trade))
        await desk.settle(price="50000")
        assert not desk.positions
        reasons = [one.record.reason for one in desk.entries if isinstance(one.record, CancelIntended)]
        assert "an absolute target size replaces it" not in reasons
        completion = desk.end_of(late)
        assert completion is not None
        assert completion.outcome is FlowOutcome.ERROR
        assert "the trade is being closed" in completion.reason

    at.run(script)


def test_more_than_one_stop_could_cover_is_refused(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        trade = await opened(desk)
        completion = await ended(desk, desk.issue(desk.resize(trade, "0.150")))
        assert completion.outcome is FlowOutcome.ERROR
        assert "one stop" in completion.reason or "maximum" in completion.reason

    capped = PLATFORM.replace("max_leverage: 20", "max_leverage: 20, max_size_base: 0.12")
    house(tmp_path, platform=capped).run(script)


def test_a_resting_entry_is_priced_anew_with_entry_and_size(tmp_path: Path) -> None:
    at = house(tmp_path)

    async def script(desk: LivingDesk) -> None:
        desk.tick("50000")
        first = desk.issue(desk.new_trade(confidence=AT_A_LIMIT))
        await desk.pass_ms(200)
        ((price, _),) = resting(desk, Leg.ENTRY)
        trade_id = desk.ledger.live_orders()[0].trade_id
        position = desk.ledger.position(trade_id)
        assert position is not None
        directive = desk.resize(position, "0.080").model_copy(
            update={"entry_directive": EntryDirective(timing_preference=D(1)), "confidence": AT_A_LIMIT}
        )
        desk.issue(directive)
        await desk.pass_ms(500)
        ((again, size),) = resting(desk, Leg.ENTRY)
        assert size == D("0.080")
        assert again != price
        assert desk.end_of(first) is not None
        desk.tick("49000.5")
        await desk.settle(price="49990")
        assert desk.positions[0].size_base == D("0.080")
        assert desk.positions[0].is_protected

    at.run(script)


def test_an_entry_plan_alone_is_refused_with_what_is_missing(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        trade = await opened(desk)
        directive = desk.resize(trade, "0.1").model_copy(
            update={"entry_directive": EntryDirective(timing_preference=D(1)), "size_directive": None}
        )
        completion = await ended(desk, desk.issue(directive))
        assert "a target size belongs to it" in completion.reason

    house(tmp_path).run(script)


def test_a_modify_of_a_closed_trade_is_refused(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        trade = await opened(desk)
        await ended(desk, desk.issue(desk.close(trade)))
        completion = await ended(desk, desk.issue(desk.move_stop(trade, "49500")))
        assert completion.outcome is FlowOutcome.ERROR
        size = desk.resize(trade, "0.2").model_copy(
            update={"size_directive": SizeDirective(target_size_base=D("0.2"))}
        )
        assert (await ended(desk, desk.issue(size))).outcome is FlowOutcome.ERROR

    house(tmp_path).run(script)


def test_an_addition_that_rests_is_cancelled_when_its_validity_ends_also_by_the_next_life(
    tmp_path: Path,
) -> None:
    """TINY's limit entries are valid for 20 s; below confidence one half they are routed patient."""

    async def adds(desk: LivingDesk) -> None:
        trade = await opened(desk)
        wish = desk.resize(trade, "0.150").model_copy(
            update={"confidence": AT_A_LIMIT, "entry_directive": EntryDirective(timing_preference=D(0))}
        )
        flow = desk.issue(wish)
        await desk.pass_ms(1_000)
        assert len(resting(desk, Leg.ENTRY)) == 1
        await desk.pass_ms(21_000)
        assert resting(desk, Leg.ENTRY) == []
        assert desk.end_of(flow) is not None

    async def is_killed(desk: LivingDesk) -> None:
        trade = await opened(desk)
        wish = desk.resize(trade, "0.150").model_copy(
            update={"confidence": AT_A_LIMIT, "entry_directive": EntryDirective(timing_preference=D(0))}
        )
        desk.issue(wish)
        await desk.pass_ms(1_000)

    async def looks(desk: LivingDesk) -> None:
        assert len(resting(desk, Leg.ENTRY)) == 1
        await desk.pass_ms(21_000)
        assert resting(desk, Leg.ENTRY) == []

    house(tmp_path / "alive").run(adds)
    at = house(tmp_path / "killed")
    at.run(is_killed)
    at.run(looks)


def test_an_addition_at_the_market_is_refused_where_the_market_ran_away(tmp_path: Path) -> None:
    """Its lane is busy while the market leaves: at most a thousandth is accepted from the decision."""

    async def script(desk: LivingDesk) -> None:
        trade = await opened(desk)
        wish = desk.resize(trade, "0.150").model_copy(
            update={
                "entry_directive": EntryDirective(timing_preference=D(1)),
                "exit_directive": ExitDirective(stop_loss_price=D("49100")),
                "routing_directive": RoutingDirective(max_total_slippage=D("0.001")),
            }
        )
        flow = desk.issue(wish)
        desk.tick("50100")
        completion = await ended(desk, flow, price="50100")
        assert "against the entry, at most 0.001 accepted" in completion.reason
        assert desk.positions[0].size_base == trade.size_base
        assert desk.positions[0].stop_price == D("49100")

    house(tmp_path).run(script)
