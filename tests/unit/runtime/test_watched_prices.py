"""What a desk comes to hold, or is asked to trade, is watched from then on; its equity stays known."""

import asyncio
from decimal import Decimal
from pathlib import Path

from desk.bootstrap.feeds import connector_feed, synthetic_feed
from desk.bootstrap.settings import instruments
from desk.contracts.commands import AdoptTrade, SetPriceAlert
from desk.contracts.market import Tick
from desk.contracts.ports.connector import IAPIConnector
from desk.contracts.ports.feed import Feed
from desk.contracts.ports.time import Clock
from desk.contracts.sides import OrderSide
from desk.runtime.commanding.price_alerts import alert_symbols
from desk.runtime.faults import FaultDesk
from tests.builders.desk import DeskHouse
from tests.builders.living_desk import PERP, SPOT, LivingDesk
from tests.builders.market_source import HandSource, with_prices
from tests.builders.operator import D, refused, ticket, told


def watching(folder: Path, source: HandSource) -> DeskHouse:
    """Build a desk whose feed brings the coin alone; the perpetual is traded, and not watched."""

    def feed(connector: IAPIConnector, clock: Clock, faults: FaultDesk) -> Feed:
        platform = made.configuration.platform
        return connector_feed(platform, connector, clock, 1, faults.on_feed_trouble, [SPOT])

    made = DeskHouse(folder, wrap=lambda paper, *_: with_prices(paper, source), feed=feed)
    return made


async def quotes(desk: LivingDesk, source: HandSource) -> None:
    """Quote what is subscribed to, five times a second, as a venue does."""
    while True:
        for symbol in source.subscribed:
            source.quote(desk.clock.now_ms(), "49999.9", "50000.1", symbol)
        await desk.clock.sleep_ms(200)


def goes_on(desk: LivingDesk, source: HandSource) -> None:
    desk.supervisor.spawn("feed", desk.desk.core.run())
    desk.supervisor.spawn("pulse", quotes(desk, source))


def opens_elsewhere(desk: LivingDesk) -> None:
    """Let another hand open a position at the venue in what the desk has no price of."""
    price = Decimal(50_000)
    desk.paper.observe(Tick(PERP, desk.clock.now_ms(), price, price - 1, price + 1, Decimal(1_000), 1))
    desk.paper.hand.place(PERP, OrderSide.BUY, D("0.1"))


def test_a_position_by_another_hand_is_watched_valued_and_can_be_adopted(tmp_path: Path) -> None:
    source = HandSource()

    async def lives(desk: LivingDesk) -> None:
        goes_on(desk, source)
        opens_elsewhere(desk)
        await desk.pass_ms(500)
        assert source.subscribed == (SPOT, PERP)
        view = desk.desk.core.parts.view
        equity = view.equity()
        assert equity is not None
        assert abs(equity - 100_000) < 10
        assert [one.symbol for one in desk.desk.camera.take().feeds] == [SPOT, PERP]
        (trade,) = desk.positions
        await told(desk, AdoptTrade(trade.trade_id, D(49_000)))

    watching(tmp_path, source).live(lives)


def test_what_only_the_first_comparison_shows_as_held_is_watched_too(tmp_path: Path) -> None:
    async def opens(desk: LivingDesk) -> None:
        opens_elsewhere(desk)
        await desk.pass_ms(500)
        assert desk.positions

    async def looks(desk: LivingDesk) -> None:
        assert len(desk.positions) == 1
        assert source.subscribed == (SPOT, PERP)

    watching(tmp_path, HandSource()).live(opens)
    source = HandSource()
    house = watching(tmp_path, source)
    house.live(looks)


def test_a_ticket_in_what_nobody_watched_waits_for_the_first_price(tmp_path: Path) -> None:
    source = HandSource()

    async def lives(desk: LivingDesk) -> None:
        goes_on(desk, source)
        await told(desk, ticket())
        (trade,) = desk.positions
        assert (trade.symbol, trade.is_protected) == (PERP, True)

    watching(tmp_path, source).live(lives)


def test_a_ticket_without_a_price_says_that_it_is_watched_now(tmp_path: Path) -> None:
    source = HandSource()

    async def lives(desk: LivingDesk) -> None:
        began_ms = desk.clock.now_ms()
        assert (
            f"there is no price of {PERP} yet: the desk watches it now, try again in a moment"
            in await refused(desk, ticket())
        )
        assert desk.clock.now_ms() - began_ms == 3_000
        assert source.subscribed == (SPOT, PERP)
        goes_on(desk, source)
        await desk.pass_ms(300)
        await told(desk, ticket())

    watching(tmp_path, source).live(lives)


def test_a_picture_of_a_ticket_begins_to_watch_and_shows_it_at_a_later_look(tmp_path: Path) -> None:
    source = HandSource()

    async def lives(desk: LivingDesk) -> None:
        goes_on(desk, source)
        assert "try again in a moment" in desk.desk.commands.preview(ticket()).reason
        await desk.pass_ms(300)
        assert desk.desk.commands.preview(ticket()).size_base == D("0.099")

    watching(tmp_path, source).live(lives)


def test_a_picture_of_a_ticket_makes_no_price_needed_and_what_is_held_does(tmp_path: Path) -> None:
    source = HandSource()

    async def lives(desk: LivingDesk) -> None:
        prices = desk.desk.prices
        assert prices.needs((SPOT,)), "it was watched from the start"
        desk.desk.commands.preview(ticket())
        assert PERP in prices.symbols
        assert not prices.needs((PERP,))
        goes_on(desk, source)
        await desk.pass_ms(300)
        await told(desk, ticket())
        assert prices.needs((PERP,))

    watching(tmp_path, source).live(lives)


def test_a_price_alert_in_what_nobody_watched_is_set_and_known_to_the_next_start(tmp_path: Path) -> None:
    source = HandSource()

    async def lives(desk: LivingDesk) -> None:
        goes_on(desk, source)
        first, second = await asyncio.gather(
            told(desk, SetPriceAlert(PERP, D(51_000))), told(desk, SetPriceAlert(PERP, D(49_000)))
        )
        assert "it is at 50000" in first.message
        assert "it is at 50000" in second.message
        assert alert_symbols(desk.ledger) == [PERP, PERP]

    watching(tmp_path, source).live(lives)
    assert source.subscribed == (SPOT, PERP)


def test_a_feed_that_cannot_bring_a_symbol_says_which_it_brings(tmp_path: Path) -> None:
    def made_up(_: IAPIConnector, clock: Clock, __: FaultDesk) -> Feed:
        settings = house.configuration.platform.feed.synthetic
        assert settings is not None
        return synthetic_feed(settings, known, clock, 1)

    async def lives(desk: LivingDesk) -> None:
        assert await refused(desk, ticket()) == (
            f"the feed brings no price of {PERP}: choose one that it brings, {SPOT}"
        )

    house = DeskHouse(tmp_path, feed=made_up)
    known = {one.symbol: one for one in instruments(house.configuration.platform)}
    house.live(lives)
