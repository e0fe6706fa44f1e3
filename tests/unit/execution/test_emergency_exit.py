"""The way out: it ends flat, or it says exactly what is left."""

from decimal import Decimal
from pathlib import Path

from desk.contracts.commands import REARM_WORD, CloseTrade, EmergencyExit, Halt, Rearm
from desk.contracts.execution import FlowCompletion, FlowOutcome
from desk.contracts.ids import DirectiveId
from desk.contracts.orders import Leg
from desk.contracts.sides import OrderSide
from desk.contracts.states import DeskState
from desk.execution.emergency_exit import ExitResult
from tests.builders.desk import PLATFORM, TINY
from tests.builders.execution import Fault, alarms, house, opened, resting
from tests.builders.living_desk import AT_A_LIMIT, PERP, SPOT, LivingDesk

D = Decimal

ETH = """
  - {symbol: ETH/USDT:USDT, kind: perpetual, price_step: 0.1, size_step: 0.001, min_size_base: 0.001,
     min_notional_quote: 5, maker_fee: 0.0002, taker_fee: 0.0005, max_leverage: 20}
connector:"""
TWO_COINS = PLATFORM.replace("\nconnector:", ETH, 1)
ETHER = "ETH/USDT:USDT"
THREE_SYMBOLS = TINY.replace("[BTC/USDT, BTC/USDT:USDT]", "[BTC/USDT, BTC/USDT:USDT, ETH/USDT:USDT]")


async def leave(desk: LivingDesk, asset: str | None = None) -> FlowCompletion:
    """Press the two keys and let the market stand still until the exit has ended."""
    answer = await desk.desk.commands.execute(EmergencyExit(affected_asset=asset))
    assert answer.accepted, answer.message
    assert answer.flow_id is not None
    await settle(desk)
    completion = desk.end_of(DirectiveId(answer.flow_id))
    assert completion is not None
    return completion


async def settle(desk: LivingDesk, most: int = 20_000) -> None:
    for _ in range(most):
        if not desk.busy():
            return
        for symbol in desk.desk.core.parts.board.symbols:
            desk.tick("50000", symbol)
        await desk.pass_ms(100)
    raise AssertionError(desk.busy())


def state(desk: LivingDesk) -> DeskState:
    return desk.desk.core.parts.execution.state.current


def result(desk: LivingDesk) -> ExitResult:
    last = desk.desk.core.parts.execution.executors.emergency_exit.last_result
    assert last is not None
    return last


async def nothing_is_left(desk: LivingDesk) -> None:
    assert not desk.positions
    assert not desk.ledger.live_orders()
    assert not await desk.paper.fetch_positions()
    assert not await desk.paper.fetch_open_orders()


def test_perpetual_and_coins_and_a_resting_entry_end_flat_and_halted(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        await opened(desk)
        await opened(desk, symbol=SPOT)
        entry = desk.issue(desk.new_trade(confidence=AT_A_LIMIT))
        await desk.pass_ms(200)
        completion = await leave(desk)
        assert (completion.outcome, completion.final_state) == (FlowOutcome.SUCCESS, "FLAT")
        assert len(completion.trade_ids) == 2
        assert state(desk) is DeskState.HALTED
        assert desk.end_of(entry) is not None
        await nothing_is_left(desk)

    house(tmp_path).run(script)


def test_an_exit_over_an_empty_book_still_latches_and_says_flat(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        desk.tick("50000")
        completion = await leave(desk)
        assert completion.final_state == "FLAT"
        assert state(desk) is DeskState.HALTED
        assert (await desk.desk.commands.execute(Rearm(REARM_WORD))).state is DeskState.ACTIVE

    house(tmp_path).run(script)


def test_crumbs_and_latency_do_not_keep_anything_in(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        desk.tick("50000")
        desk.issue(desk.new_trade(confidence=AT_A_LIMIT))
        await desk.play(["49900"] * 12, every_ms=300)
        assert desk.positions
        assert resting(desk, Leg.ENTRY)
        completion = await leave(desk)
        assert completion.final_state == "FLAT", completion.reason
        await nothing_is_left(desk)

    at = house(tmp_path, "connector.paper.max_fill_base=0.007", "connector.paper.latency_ms=400")
    at.run(script)


def test_an_unknown_entry_is_never_called_flat(tmp_path: Path) -> None:
    """The entry reached the venue, nobody said so; it fills while the desk is leaving."""
    at = house(tmp_path)

    async def script(desk: LivingDesk) -> None:
        await opened(desk)
        at.venue.fail("place", Fault.UNCLEAR_AFTER, leg=Leg.ENTRY)
        at.venue.reads_fail = True
        at.venue.is_deaf = True
        desk.issue(desk.new_trade(confidence=AT_A_LIMIT))
        await desk.pass_ms(200)
        desk.tick("49000.5")
        answer = await desk.desk.commands.execute(EmergencyExit())
        assert answer.flow_id is not None
        await desk.play(["50000"] * 100)
        assert desk.end_of(DirectiveId(answer.flow_id)) is None
        assert state(desk) is DeskState.EXITING
        at.venue.forgive()
        await settle(desk)
        completion = desk.end_of(DirectiveId(answer.flow_id))
        assert completion is not None
        assert completion.final_state == "FLAT", completion.reason
        await nothing_is_left(desk)

    at.run(script)


def test_several_symbols_are_left_side_by_side(tmp_path: Path) -> None:
    at = house(tmp_path, platform=TWO_COINS, blueprints=[THREE_SYMBOLS])

    async def script(desk: LivingDesk) -> None:
        await opened(desk)
        await opened(desk, symbol=ETHER)
        await opened(desk, symbol=SPOT)
        at.venue.placed.clear()
        await desk.desk.commands.execute(EmergencyExit())
        await desk.pass_ms(5)
        assert {one.symbol for one in at.venue.placed} == {PERP, ETHER}
        await settle(desk)
        await nothing_is_left(desk)

    at.run(script)


def test_only_the_affected_asset_is_left_and_the_others_keep_their_stops(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        await opened(desk)
        ether = await opened(desk, symbol=ETHER)
        completion = await leave(desk, "BTC")
        assert completion.final_state == "FLAT"
        (kept,) = desk.positions
        assert kept.trade_id == ether.trade_id
        assert kept.is_protected

    house(tmp_path, platform=TWO_COINS, blueprints=[THREE_SYMBOLS]).run(script)


def test_an_exit_of_one_asset_voids_no_close_of_another(tmp_path: Path) -> None:
    at = house(tmp_path, platform=TWO_COINS, blueprints=[THREE_SYMBOLS])

    async def script(desk: LivingDesk) -> None:
        await opened(desk)
        ether = await opened(desk, symbol=ETHER)
        at.venue.fail("place", Fault.REFUSED, leg=Leg.CLOSE)
        first = desk.issue(desk.close(ether))
        second = desk.issue(desk.close(ether))
        await desk.pass_ms(1)
        await leave(desk, "BTC")
        for flow in (first, second):
            completion = desk.end_of(flow)
            assert completion is not None
            assert "superseded" not in completion.reason
        await nothing_is_left(desk)

    at.run(script)


def test_another_hands_perpetual_is_left_too_and_its_coins_are_not(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        await opened(desk)
        await opened(desk, symbol=SPOT)
        hand = desk.paper.hand
        hand.place(PERP, OrderSide.BUY, D("0.2"))
        hand.place(SPOT, OrderSide.BUY, D("0.3"))
        hand.place(PERP, OrderSide.BUY, D("0.1"), limit_price=D(40_000))
        hand.place(SPOT, OrderSide.BUY, D("0.1"), limit_price=D(40_000))
        await desk.pass_ms(200)
        completion = await leave(desk)
        assert completion.final_state == "FLAT", completion.reason
        assert not desk.positions
        assert not await desk.paper.fetch_positions()
        (order,) = await desk.paper.fetch_open_orders()
        assert order.symbol == SPOT
        coins = [one.total for one in await desk.paper.fetch_balances() if one.currency == "BTC"]
        assert coins == [D("0.3")]

    house(tmp_path).run(script)


def test_what_is_too_small_to_sell_is_dust_and_named(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        desk.tick("50000", SPOT)
        desk.issue(desk.new_trade(symbol=SPOT, confidence=AT_A_LIMIT))
        await desk.pass_ms(100)
        desk.tick("49800", SPOT)
        await desk.pass_ms(100)
        completion = await leave(desk)
        assert completion.final_state == "FLAT+DUST"
        assert "0.00005 BTC/USDT" in completion.reason
        assert result(desk).is_flat

    house(tmp_path, "connector.paper.max_fill_base=0.00005").run(script)


def test_what_cannot_be_left_is_named_and_the_next_try_may_succeed(tmp_path: Path) -> None:
    at = house(tmp_path)

    async def script(desk: LivingDesk) -> None:
        await opened(desk)
        at.venue.fail("place", Fault.REFUSED, leg=Leg.CLOSE, times=100_000)
        completion = await leave(desk)
        assert (completion.outcome, completion.final_state) == (FlowOutcome.ERROR, "NOT FLAT")
        assert "0.099 BTC/USDT:USDT" in completion.reason
        assert state(desk) is DeskState.HALTED
        assert desk.positions[0].is_protected
        assert any("NOT FLAT" in one for one in alarms(desk))
        assert not result(desk).is_flat
        at.venue.forgive()
        assert (await leave(desk)).final_state == "FLAT"
        await nothing_is_left(desk)

    at.run(script)


def test_a_venue_that_cannot_be_read_is_never_flat(tmp_path: Path) -> None:
    at = house(tmp_path)

    async def script(desk: LivingDesk) -> None:
        await opened(desk)
        at.venue.reads_hang = True
        answer = await desk.desk.commands.execute(EmergencyExit())
        await desk.play(["50000"] * 200)
        assert not desk.positions
        assert state(desk) is DeskState.EXITING
        at.venue.forgive()
        await settle(desk)
        assert answer.flow_id is not None
        completion = desk.end_of(DirectiveId(answer.flow_id))
        assert completion is not None
        assert completion.final_state == "FLAT"

    at.run(script)


def test_a_deaf_desk_leaves_by_what_it_reads(tmp_path: Path) -> None:
    """The stream is silent: fills come by reading alone."""
    at = house(tmp_path)

    async def script(desk: LivingDesk) -> None:
        await opened(desk)
        await opened(desk, symbol=SPOT)
        at.venue.is_deaf = True
        completion = await leave(desk)
        assert completion.final_state == "FLAT", completion.reason
        await nothing_is_left(desk)

    at.run(script)


def test_a_second_exit_shares_the_work_and_both_end(tmp_path: Path) -> None:
    at = house(tmp_path)

    async def script(desk: LivingDesk) -> None:
        trade = await opened(desk)
        first = await desk.desk.commands.execute(EmergencyExit(affected_asset="BTC"))
        second = await desk.desk.commands.execute(EmergencyExit())
        closed = await desk.desk.commands.execute(CloseTrade(trade.trade_id))
        await settle(desk)
        for answer in (first, second, closed):
            assert answer.accepted
            assert answer.flow_id is not None
            assert desk.end_of(DirectiveId(answer.flow_id)) is not None
        assert sum(one.leg is Leg.CLOSE for one in at.venue.placed) == 1
        assert state(desk) is DeskState.HALTED
        await nothing_is_left(desk)

    at.run(script)


def test_no_state_stands_in_the_way_of_the_exit(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        await opened(desk)
        await desk.desk.commands.execute(Halt())
        assert (await leave(desk)).final_state == "FLAT"
        assert state(desk) is DeskState.HALTED
        assert (await leave(desk)).final_state == "FLAT"

    house(tmp_path).run(script)


def test_nothing_new_begins_while_the_desk_is_leaving(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        trade = await opened(desk)
        await desk.desk.commands.execute(EmergencyExit())
        flows = [desk.issue(desk.new_trade()), desk.issue(desk.move_stop(trade, "49500"))]
        for flow in flows:
            completion = desk.end_of(flow)
            assert completion is not None
            assert completion.outcome is FlowOutcome.ERROR
        await settle(desk)
        await nothing_is_left(desk)

    house(tmp_path).run(script)


def test_an_exit_goes_on_after_a_restart(tmp_path: Path) -> None:
    at = house(tmp_path)

    async def dies(desk: LivingDesk) -> None:
        await opened(desk)
        at.venue.fail("place", Fault.REFUSED, leg=Leg.CLOSE, times=100_000)
        await desk.desk.commands.execute(EmergencyExit())
        await desk.play(["50000"] * 10)

    async def goes_on(desk: LivingDesk) -> None:
        assert state(desk) is DeskState.EXITING
        desk.tick("50000")
        await settle(desk)
        assert state(desk) is DeskState.HALTED
        assert result(desk).word == "FLAT"
        await nothing_is_left(desk)

    at.live(dies)
    at.live(goes_on)


def test_a_part_that_breaks_does_not_stop_the_others(tmp_path: Path) -> None:
    at = house(tmp_path, platform=TWO_COINS, blueprints=[THREE_SYMBOLS])

    async def script(desk: LivingDesk) -> None:
        await opened(desk)
        ether = await opened(desk, symbol=ETHER)
        view = desk.desk.core.parts.view
        whole = list(view.instruments.values())
        view.take_instruments([one for one in whole if one.symbol != ETHER])
        await desk.desk.commands.execute(EmergencyExit())
        await desk.play(["50000"] * 30)
        assert [one.trade_id for one in desk.positions] == [ether.trade_id]
        view.take_instruments(whole)
        await settle(desk)
        await nothing_is_left(desk)

    at.live(script)
