"""Out of an account by the venue's word alone, over a bad line too, and not with a coin of another hand."""

from decimal import Decimal
from pathlib import Path

import pytest

from desk.contracts.orders import OrderOutcome, OrderRequest, OutcomeKind, VenuePosition
from desk.contracts.problems import ReadFailed
from tests.builders.desk import DeskHouse
from tests.builders.faulty import BAD_LINE, Faults, FaultyConnector
from tests.builders.flattening import Away, away, flattened
from tests.builders.living_desk import PERP, SPOT, LivingDesk

FOREIGN_COINS = Decimal("0.7")


def house_with_trades(folder: Path, *settings: str) -> DeskHouse:
    """Leave a dead desk with a perpetual and coins, each with its stop, beside coins of another hand."""
    house = DeskHouse(folder, settings=settings)

    async def opens(desk: LivingDesk) -> None:
        desk.paper.hand.deposit("BTC", FOREIGN_COINS)
        desk.tick("50000")
        desk.tick("50000", SPOT)
        for symbol in (PERP, SPOT):
            desk.issue(desk.new_trade(symbol=symbol))
            await desk.settle()
        assert len(desk.positions) == 2

    house.live(opens)
    return house


async def is_flat(account: Away) -> bool:
    balances = {one.currency: one.total for one in await account.paper.fetch_balances()}
    nothing_rests = not await account.paper.fetch_open_orders()
    return not await account.paper.fetch_positions() and nothing_rests and balances["BTC"] == FOREIGN_COINS


@pytest.mark.parametrize("seed", range(12))
def test_a_bad_line_is_outlasted_and_no_foreign_coin_is_sold(tmp_path: Path, seed: int) -> None:
    house = house_with_trades(tmp_path)

    async def leaves(account: Away) -> None:
        line = FaultyConnector(account.paper, account.clock, account.supervisor, seed, BAD_LINE)
        result = await account.leaves(line)
        if result.word == "FLAT":
            assert await is_flat(account)
        else:
            assert result.word == "NOT FLAT"
            assert result.remains
            line.worsen(Faults())
            await account.clock.sleep_ms(20_000)
            assert (await account.leaves(line)).word == "FLAT"
            assert await is_flat(account)

    away(house, leaves, seed)


class Deaf:
    """A venue that takes no order of any kind."""

    def __init__(self, account: Away) -> None:
        self._paper = account.paper

    def __getattr__(self, name: str) -> object:
        return getattr(self._paper, name)

    async def place_order(self, request: OrderRequest) -> OrderOutcome:
        return OrderOutcome(OutcomeKind.NOT_ACCEPTED, None, "CLOSED", "the venue is in maintenance")


def test_what_cannot_be_closed_is_named_with_its_reason_and_keeps_its_stop(tmp_path: Path) -> None:
    house = house_with_trades(tmp_path)

    async def leaves(account: Away) -> None:
        result = await account.leaves(Deaf(account))  # type: ignore[arg-type] # all else is the paper exchange's
        assert result.word == "NOT FLAT"
        assert f"LONG 0.099 {PERP}: the venue is in maintenance" in result.remains
        assert not result.is_flat
        resting = {one.symbol for one in await account.paper.fetch_open_orders()}
        assert PERP in resting

    away(house, leaves)


class Blind(Deaf):
    """A venue whose positions cannot be read."""

    async def fetch_positions(self) -> list[VenuePosition]:
        raise ReadFailed("the venue answers 502")


def test_what_cannot_be_read_is_never_flat(tmp_path: Path) -> None:
    house = house_with_trades(tmp_path)
    flattened(house)

    async def leaves(account: Away) -> None:
        result = await account.leaves(Blind(account))  # type: ignore[arg-type] # all else is the paper exchange's
        assert result.word == "NOT FLAT"
        assert result.remains == ("the venue cannot be read: the venue answers 502",)

    away(house, leaves)


def test_coins_too_few_to_sell_are_dust(tmp_path: Path) -> None:
    house = house_with_trades(tmp_path)

    async def comes_and_loses_most(desk: LivingDesk) -> None:
        for order in await desk.paper.fetch_open_orders():
            desk.paper.hand.cancel(order.symbol, order.client_order_id)
        balances = {one.currency: one.total for one in await desk.paper.fetch_balances()}
        desk.paper.hand.deposit("BTC", Decimal("0.00005") - balances["BTC"])

    house.live(comes_and_loses_most)
    seen = flattened(house)
    assert seen.result.word == "FLAT+DUST"
    assert seen.result.is_flat
    assert seen.result.remains == (f"LONG 0.00005 {SPOT}",)
