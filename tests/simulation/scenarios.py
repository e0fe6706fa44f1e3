"""What a desk does while it is killed: one short script for each way through the orchestrator."""

from collections.abc import Mapping
from decimal import Decimal

from desk.contracts.commands import EmergencyExit
from desk.contracts.sides import OrderSide
from tests.builders.desk import Script
from tests.builders.living_desk import AT_A_LIMIT, PERP, SPOT, LivingDesk


async def new_at_the_market(desk: LivingDesk) -> None:
    desk.tick("50000")
    desk.issue(desk.new_trade())
    await desk.play(["50010", "50020"])
    await desk.settle()


async def new_short_at_the_market(desk: LivingDesk) -> None:
    desk.tick("50000")
    desk.issue(desk.new_trade(OrderSide.SELL))
    await desk.play(["50010", "50020"])
    await desk.settle()


async def new_at_a_limit(desk: LivingDesk) -> None:
    """One entry fills, the other waits until it is no longer valid."""
    desk.tick("50000")
    desk.issue(desk.new_trade(confidence=AT_A_LIMIT))
    await desk.play(["49990", "49980"])
    desk.issue(desk.new_trade(confidence=AT_A_LIMIT))
    await desk.play(["49930", "49990"])
    await desk.settle()


async def new_on_spot(desk: LivingDesk) -> None:
    desk.tick("50000", SPOT)
    desk.issue(desk.new_trade(symbol=SPOT))
    await desk.play(["50010", "50020"], symbol=SPOT)
    await desk.settle()


async def trail(desk: LivingDesk) -> None:
    """The trailing stop manager moves the stop as the price climbs."""
    await new_at_the_market(desk)
    await desk.play(["50400", "50700", "50900"])
    await desk.settle()


async def move_a_stop_by_hand(desk: LivingDesk) -> None:
    await new_at_the_market(desk)
    desk.issue(desk.move_stop(desk.positions[0], "49500"))
    await desk.settle()


async def scale(desk: LivingDesk) -> None:
    """In, out, and in again before the stop is moved."""
    await new_at_the_market(desk)
    trade = desk.positions[0]
    for size_base in ("0.150", "0.050", "0.080"):
        desk.issue(desk.resize(trade, size_base))
        await desk.play(["50030"])
    await desk.settle()


async def close(desk: LivingDesk) -> None:
    await new_at_the_market(desk)
    desk.issue(desk.close(*desk.positions))
    await desk.play(["50030", "50040"])
    await desk.settle()


async def close_on_spot(desk: LivingDesk) -> None:
    await new_on_spot(desk)
    desk.issue(desk.close(*desk.positions))
    await desk.play(["50030", "50040"], symbol=SPOT)
    await desk.settle()


async def close_while_it_moves(desk: LivingDesk) -> None:
    """A close overtakes a move of the stop."""
    await new_at_the_market(desk)
    trade = desk.positions[0]
    desk.issue(desk.move_stop(trade, "49500"))
    await desk.pass_ms(10)
    desk.issue(desk.close(trade))
    await desk.play(["50030", "50040"])
    await desk.settle()


async def stopped_out(desk: LivingDesk) -> None:
    await new_at_the_market(desk)
    await desk.play(["49500", "48900", "48800"])
    await desk.settle()


async def target_reached(desk: LivingDesk) -> None:
    await new_at_the_market(desk)
    await desk.play(["51000", "52100", "52000"])
    await desk.settle()


async def emergency_exit(desk: LivingDesk) -> None:
    """Two trades are held and an entry waits when the operator leaves everything."""
    await new_at_the_market(desk)
    desk.tick("50000", SPOT)
    desk.issue(desk.new_trade(symbol=SPOT))
    desk.issue(desk.new_trade(confidence=AT_A_LIMIT))
    await desk.play(["50030", "50040"])
    await desk.desk.commands.execute(EmergencyExit())
    await desk.play(["50030", "50040"])
    await desk.settle()


async def exit_beside_others(desk: LivingDesk) -> None:
    """An entry fills in parts, and another hand holds a position and has an order of its own."""
    desk.tick("50000")
    desk.issue(desk.new_trade())
    await desk.settle(price="50000")
    desk.issue(desk.new_trade(confidence=AT_A_LIMIT))
    await desk.pass_ms(100)
    desk.tick("49940")
    desk.paper.hand.place(PERP, OrderSide.BUY, Decimal("0.07"))
    desk.paper.hand.place(PERP, OrderSide.BUY, Decimal("0.05"), limit_price=Decimal(40_000))
    await desk.play(["50030", "50040"])
    await desk.desk.commands.execute(EmergencyExit())
    desk.paper.hand.place(PERP, OrderSide.SELL, Decimal("0.01"))
    await desk.play(["49940", "50040"])
    await desk.settle(price="50040")


SCENARIOS: Mapping[str, Script] = {
    one.__name__: one
    for one in (
        new_at_the_market, new_short_at_the_market, new_at_a_limit, new_on_spot, trail, move_a_stop_by_hand,
        scale, close, close_on_spot, close_while_it_moves, stopped_out, target_reached, emergency_exit,
    )
}  # fmt: skip
"""Every script, by name."""

STILL, FALLEN, RISEN = Decimal(50_030), Decimal(47_000), Decimal(53_000)
"""Where the market stands when the desk comes back: as before, under every stop, over every target."""
