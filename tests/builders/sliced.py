"""A desk that enters by slices: ten seconds, five of them, at most one percent from the decision."""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from desk.contracts.orders import Leg
from desk.contracts.parents import ParentState
from desk.contracts.records import JournalEntry, OrderIntended
from tests.builders.desk import DeskHouse, Wrap
from tests.builders.living_desk import LivingDesk

D = Decimal

SLICED = """\
name: tiny
symbols: [BTC/USDT, BTC/USDT:USDT]
workers: [{use: breakeven_mover}]
planners:
  entry:
    - {use: market, when: {confidence: [0.5, 1]}}
    - {use: limit, when: {confidence: [0, 0.5]}, parameters: {valid_for_ms: 6000}}
  size: [{use: fixed_notional, parameters: {notional_quote: 5010}}]
  exit: [{use: stop_and_target}]
  routing: [{use: twap, parameters: {duration_s: 10, slices: 5}}]
"""
"""Of 5,010 quote at 50,000 it makes 0.100 base in five slices of 0.020, two seconds apart. A confidence under
one half makes a limit order, which is valid for six seconds.
"""


def sliced_house(folder: Path, *settings: str, wrap: Wrap | None = None, seed: int = 1) -> DeskHouse:
    """Return a house whose every entry is sliced."""
    return DeskHouse(
        folder, blueprints=(SLICED,), settings=settings, reconcile_every_ms=None, wrap=wrap, seed=seed
    )


def slices_of(entries: Sequence[JournalEntry]) -> list[tuple[int, Decimal]]:
    """List when, and with what size in base, entries were intended."""
    return [
        (one.time_ms, one.record.request.size_base)
        for one in entries
        if isinstance(one.record, OrderIntended) and one.record.request.leg is Leg.ENTRY
    ]


def the_parent(desk: LivingDesk) -> ParentState:
    """Return the one parent order there is."""
    (parent,) = desk.ledger.parents()
    return parent


async def stand(desk: LivingDesk, price: str | Decimal, duration_ms: int, every_ms: int = 250) -> None:
    """Let the market stand still at `price`."""
    for _ in range(duration_ms // every_ms):
        desk.tick(price)
        await desk.pass_ms(every_ms)
