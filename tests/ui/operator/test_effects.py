"""Every action does on the real core what its question said: seen at the venue and in the journal."""

from collections.abc import Awaitable, Callable, Mapping
from decimal import Decimal
from pathlib import Path

import pytest

from desk.contracts.commands import REARM_WORD
from desk.contracts.orders import Leg, OrderStatus
from desk.contracts.positions import EXTERNAL_STRATEGY
from desk.contracts.records import EntryKind
from desk.contracts.sides import PositionSide
from desk.contracts.states import DeskState, WorkerStatus
from desk.ui.actions.registry import all_actions
from tests.builders.execution import resting
from tests.builders.hand import Hand, hand_on
from tests.builders.living_desk import PERP, SPOT
from tests.builders.operator import live, reasons_of, ticket, told

Script = Callable[[Hand], Awaitable[None]]


async def venue_size(hand: Hand) -> Decimal:
    return sum((one.size_base for one in await hand.desk.paper.fetch_positions()), Decimal(0))


async def stop_at(hand: Hand, price: str) -> None:
    await hand.until(lambda: [one for one, _ in resting(hand.desk, Leg.STOP)] == [Decimal(price)], price)


async def halves_and_closes(hand: Hand) -> None:
    held = await hand.position()
    await hand.look_at("positions", "1")
    await hand.ask("positions.close_half")
    await hand.says(f"CLOSE 0.049 of LONG 0.099 {PERP}")
    await hand.press("enter")
    await hand.is_back()
    assert await venue_size(hand) == Decimal("0.050")
    await hand.until(lambda: resting(hand.desk, Leg.STOP)[0][1] == Decimal("0.050"))
    await hand.until(lambda: "0.050" in hand.screen.text)
    await hand.ask("positions.close")
    await hand.says(f"CLOSE LONG 0.050 {PERP} at the market")
    await hand.press("enter")
    await hand.is_back()
    assert await venue_size(hand) == 0
    await hand.until(lambda: not hand.desk.ledger.live_orders(), "no order is left")
    assert not hand.now(held).is_open
    assert {"MAN", "STR", "EXE"} <= reasons_of(hand.desk, EntryKind.FILL_BOOKED)


async def moves_guards(hand: Hand) -> None:
    await hand.position()
    await hand.look_at("positions", "1")
    await hand.ask("positions.move_stop")
    await hand.type("1%")
    await hand.press("enter")
    await hand.is_at("go")  # nearer lowers risk: one Enter more does it
    await hand.press("enter")
    await hand.is_back()
    await stop_at(hand, "49500.0")
    await hand.ask("positions.move_stop")
    await hand.type("48,000")
    await hand.press("enter")
    await hand.is_at("cancel")  # away raises risk: it takes one key more
    await hand.sees("away from the market")
    await hand.press("tab", "enter")
    await hand.is_back()
    await stop_at(hand, "48000.0")
    await hand.ask("positions.set_target")
    await hand.type("53000")
    await hand.press("enter", "enter")
    await hand.is_back()
    await hand.until(lambda: [one for one, _ in resting(hand.desk, Leg.TARGET)] == [Decimal(53000)])
    await hand.ask("positions.set_target")
    await hand.press("delete", "enter", "tab", "enter")
    await hand.is_back()
    await hand.until(lambda: not resting(hand.desk, Leg.TARGET))
    assert "MAN" in reasons_of(hand.desk, EntryKind.EXIT_TARGETED)


async def closes_many(hand: Hand) -> None:
    await hand.position()
    await hand.position()
    await hand.look_at("positions", "1")
    await hand.ask("positions.close_symbol")
    await hand.says(f"CLOSE 2 positions in {PERP} at the market")
    await hand.press("enter")
    await hand.is_back()
    assert await venue_size(hand) == 0
    await hand.position()
    await hand.look_at("positions", "1")
    await hand.ask("positions.close_strategy")
    await hand.says("CLOSE 1 position of tiny at the market")
    await hand.press("enter")
    await hand.is_back()
    assert await venue_size(hand) == 0
    assert "MAN" in reasons_of(hand.desk, EntryKind.FILL_BOOKED)


async def adopts(hand: Hand) -> None:
    held = await hand.external()
    assert held.strategy_id == EXTERNAL_STRATEGY
    await hand.look_at("positions", "1")
    await hand.ask("positions.adopt")
    await hand.type("2%")
    await hand.press("enter", "enter")
    await hand.is_back()
    await stop_at(hand, "49000.0")
    await hand.told(f"adopting {PERP}: no stop → 49,000.0; it is in the desk's care")
    assert hand.now(held).strategy_id != EXTERNAL_STRATEGY
    assert "MAN" in reasons_of(hand.desk, EntryKind.TRADE_ADOPTED)


async def opens(hand: Hand) -> None:
    await hand.look_at("watch", "2", PERP)
    await hand.ask("trades.open")
    await hand.sees(PERP, "bid 49,999.9")
    await hand.is_at("type-size")
    await hand.type("120")
    await hand.press("enter", "enter")
    await hand.type("1%")
    await hand.press("enter")
    await hand.type("2R")
    await hand.sees("would let it through", f"BUY 0.239 {PERP} at market")
    await hand.says("stop 49,500.0, target 51,000.3, risking 119.52 USDT")
    assert not hand.desk.positions, "nothing is sent before the last key"
    await hand.press("enter")
    await hand.is_at("go")
    await hand.press("enter")
    await hand.is_back()
    (held,) = hand.desk.positions
    assert (held.side, held.size_base) == (PositionSide.LONG, Decimal("0.239"))
    assert await venue_size(hand) == Decimal("0.239")
    assert resting(hand.desk, Leg.STOP) == [(Decimal("49500.0"), Decimal("0.239"))]
    assert resting(hand.desk, Leg.TARGET) == [(Decimal("51000.3"), Decimal("0.239"))]
    assert {"MAN", "STR", "EXE"} <= reasons_of(hand.desk, EntryKind.FILL_BOOKED)
    await hand.told("opening: bought 0.239")


async def works_orders(hand: Hand) -> None:
    await hand.look_at("watch", "2", PERP)
    await hand.ask("trades.open")
    await hand.press("shift+tab", "right", "tab")
    await hand.type("1000")
    await hand.press("enter", "right", "tab")
    await hand.type("49000")
    await hand.press("enter")
    await hand.type("1%")
    await hand.sees("would let it through", "at 49,000.0")
    await hand.press("enter", "enter", "enter")
    await hand.is_back()
    order = live(hand.desk, Leg.ENTRY)
    assert (order.limit_price, order.status) == (Decimal(49000), OrderStatus.OPEN)
    await hand.look_at("orders", "3", order.client_order_id)
    await hand.ask("orders.amend")
    await hand.type("49100")
    await hand.press("enter", "enter")
    await hand.is_at("cancel")  # paying more raises risk
    await hand.press("tab", "enter")
    await hand.is_back()
    assert live(hand.desk, Leg.ENTRY).limit_price == Decimal(49100)
    await hand.until(lambda: "49,100.0" in hand.screen.text)
    await hand.ask("orders.cancel")
    await hand.says("CANCEL entry BUY")
    await hand.press("enter")
    await hand.is_back()
    await hand.until(lambda: not hand.desk.ledger.live_orders())
    assert not await hand.desk.paper.fetch_open_orders()
    assert "MAN" in reasons_of(hand.desk, EntryKind.CANCEL_INTENDED)


async def cancels_entries(hand: Hand) -> None:
    await hand.position()
    await told(hand.desk, ticket(limit_price=Decimal(49500)))
    await told(hand.desk, ticket(limit_price=Decimal(49400)))
    guards = resting(hand.desk, Leg.STOP)
    await hand.ask("orders.cancel_entries")
    await hand.says("CANCEL 2 entries")
    await hand.press("enter")
    await hand.is_back()
    await hand.until(lambda: not resting(hand.desk, Leg.ENTRY))
    assert resting(hand.desk, Leg.STOP) == guards
    assert "MAN" in reasons_of(hand.desk, EntryKind.CANCEL_INTENDED)


async def works_workers(hand: Hand) -> None:
    def status() -> WorkerStatus:
        rows = hand.desk.desk.camera.take().workers
        return next(one.status for one in rows if one.name == "trailing_stop_manager")

    await hand.look_at("workers", "5", "trailing_stop_manager")
    await hand.ask("workers.pause")
    await hand.press("enter")
    await hand.is_back()
    assert status() is WorkerStatus.PAUSED
    await hand.ask("workers.resume")
    await hand.is_at("cancel")
    await hand.press("down", "enter")
    await hand.is_back()
    assert status() is WorkerStatus.RUNNING
    assert reasons_of(hand.desk, EntryKind.WORKER_STATUS_CHANGED) == {"MAN"}


async def runs_a_schedule(hand: Hand) -> None:
    await hand.look_at("schedule", "5", "HOURLY")
    await hand.ask("schedules.run_now")
    await hand.says("RUN HOURLY now")
    await hand.press("tab", "enter")
    await hand.is_back()
    (bought,) = hand.desk.positions
    assert bought.symbol == SPOT
    assert "MAN" in reasons_of(hand.desk, EntryKind.FILL_BOOKED)
    await hand.ask("schedules.run_now")
    await hand.press("tab", "enter")
    await hand.sees("not done: the period HOURLY is in is done already")
    await hand.press("escape")
    assert len(hand.desk.positions) == 1


async def watches_prices(hand: Hand) -> None:
    def waiting() -> list[Decimal]:
        return [one.price for one in hand.desk.desk.camera.take().price_alerts]

    def seen() -> list[bool]:
        return [one.is_acknowledged for one in hand.desk.desk.camera.take().alarms]

    for price in ("50100", "50200", "51000"):
        await hand.look_at("watch", "2", PERP)
        await hand.ask("market.set_alert")
        await hand.type(price)
        await hand.press("enter", "enter")
        await hand.is_back()
    assert waiting() == [Decimal(50100), Decimal(50200), Decimal(51000)]
    hand.price = "50300"
    await hand.until(lambda: waiting() == [Decimal(51000)])
    await hand.look_at("alarms", "5", "ALM_")
    await hand.do("alarms.acknowledge")
    await hand.until(lambda: sorted(seen()) == [False, True])
    await hand.do("alarms.acknowledge_all")
    await hand.until(lambda: seen() == [True, True])
    await hand.look_at("alarms", "5", "MAN_")
    await hand.ask("market.remove_alert")
    await hand.press("enter")
    await hand.is_back()
    assert not waiting()


async def steers_the_desk(hand: Hand) -> None:
    def state() -> DeskState:
        return hand.desk.desk.core.parts.execution.state.current

    await hand.position()
    await hand.do("desk.halt")
    await hand.until(lambda: state() is DeskState.HALTED)
    await hand.do("desk.rearm")
    await hand.until(lambda: "RE-ARM" in hand.screen.text)
    await hand.type(REARM_WORD)
    await hand.press("enter")
    await hand.until(lambda: state() is DeskState.ACTIVE)
    await hand.do("desk.exit")
    await hand.screen.pilot.pause(0.35)
    await hand.press("X")
    await hand.until(lambda: not hand.desk.positions and state() is DeskState.HALTED)


SCRIPTS: Mapping[Script, tuple[str, ...]] = {
    halves_and_closes: ("positions.close_half", "positions.close"),
    moves_guards: ("positions.move_stop", "positions.set_target"),
    closes_many: ("positions.close_symbol", "positions.close_strategy"),
    adopts: ("positions.adopt",),
    opens: ("trades.open",),
    works_orders: ("orders.amend", "orders.cancel"),
    cancels_entries: ("orders.cancel_entries",),
    works_workers: ("workers.pause", "workers.resume"),
    runs_a_schedule: ("schedules.run_now",),
    watches_prices: (
        "market.set_alert", "market.remove_alert", "alarms.acknowledge", "alarms.acknowledge_all",
    ),
    steers_the_desk: ("desk.halt", "desk.rearm", "desk.exit"),
}  # fmt: skip


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda one: one.__name__)
async def test_what_a_question_says_becomes_true(script: Script, tmp_path: Path) -> None:
    async with hand_on(tmp_path, scheduled=script is runs_a_schedule) as hand:
        await script(hand)
        assert hand.performed >= set(SCRIPTS[script])
        assert not hand.desk.complaints


@pytest.mark.parametrize("action_id", [one.id for one in all_actions(()) if one.acts])
def test_every_action_that_acts_is_shown_by_its_effect(action_id: str) -> None:
    shown = [one for actions in SCRIPTS.values() for one in actions]
    assert shown.count(action_id) == 1
