"""Each figure of a snapshot against the same figure reckoned by hand."""

from decimal import Decimal
from pathlib import Path

from desk.contracts.orders import Leg
from desk.contracts.sides import OrderSide
from desk.contracts.snapshot import FeedRow, OrderRow, PositionRow, Snapshot, Source
from desk.runtime.steps import all_at_once
from tests.builders.desk import PLATFORM, START_MS, TINY, DeskHouse
from tests.builders.execution import Fault, house, opened
from tests.builders.living_desk import PERP, SPOT, LivingDesk

D = Decimal
EUR = """
  - {symbol: BTC/EUR:EUR, kind: perpetual, price_step: 0.1, size_step: 0.001, min_size_base: 0.001,
     min_notional_quote: 5, maker_fee: 0, taker_fee: 0, max_leverage: 20}
connector:"""


def watched(folder: Path, *settings: str) -> DeskHouse:
    return DeskHouse(folder, settings=settings, is_watched=True)


def look(desk: LivingDesk) -> Snapshot:
    return desk.desk.camera.take()


def row_of(seen: Snapshot, symbol: str = PERP) -> PositionRow:
    return next(one for one in seen.positions if one.position.symbol == symbol)


def order_of(seen: Snapshot, leg: Leg) -> OrderRow:
    return next(one for one in seen.orders if one.leg == leg)


def feed_of(seen: Snapshot, symbol: str = PERP) -> FeedRow:
    return next(one for one in seen.feeds if one.symbol == symbol)


def test_a_position_shows_its_risk_from_the_mark_on_and_its_age(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        position = await opened(desk)
        assert position.opened_at_ms is not None
        desk.tick("50200")
        await desk.pass_ms(700)
        row = row_of(look(desk))
        stop, size = row.position.stop_price, row.position.size_base
        assert stop is not None
        assert row.mark.value == D(50200)
        assert row.risk_quote.value == (D(50200) - stop) * size
        assert row.stop_distance.value == (D(50200) - stop) / D(50200)
        assert row.unrealized_quote.value == (D(50200) - row.position.entry_price) * size
        assert {row.risk_quote.age_ms, row.mark.age_ms, row.r_multiple.age_ms} == {700}
        assert row.age_ms == desk.clock.now_ms() - position.opened_at_ms

    watched(tmp_path).live(script)


def test_a_short_through_its_stop_has_nothing_left_to_lose_to_it(tmp_path: Path) -> None:
    at = house(tmp_path)

    async def script(desk: LivingDesk) -> None:
        await opened(desk, side=OrderSide.SELL)
        at.venue.is_deaf = True
        desk.tick("52000")
        row = row_of(look(desk))
        assert row.position.stop_price is not None
        assert row.stop_distance.value == (row.position.stop_price - D(52000)) / D(52000)
        assert row.stop_distance.value < 0
        assert row.risk_quote.value == 0

    at.run(script)


def test_leverage_and_liquidation_are_the_venues_own_words_with_their_age(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        await opened(desk)
        await opened(desk, symbol=SPOT)
        before = row_of(look(desk))
        assert (before.leverage.value, before.liquidation_price.value) == (None, None)
        assert await desk.desk.core.parts.execution.reconciliation.run()
        await desk.pass_ms(1_500)
        held = (await desk.paper.fetch_positions())[0]
        row = row_of(look(desk))
        assert row.leverage.value == held.leverage
        assert row.liquidation_price.value == held.liquidation_price
        assert row.leverage.source is Source.VENUE
        assert row.leverage.age_ms is not None
        assert row.leverage.age_ms >= 1_500
        assert row_of(look(desk), SPOT).leverage.value is None

    watched(tmp_path).live(script)


def test_an_order_tells_whose_it_is_and_how_long_nothing_is_known_of_it(tmp_path: Path) -> None:
    at = house(tmp_path)

    async def script(desk: LivingDesk) -> None:
        await opened(desk)
        stop = order_of(look(desk), Leg.STOP)
        known = desk.ledger.order(stop.client_order_id)
        assert known is not None
        assert (stop.strategy_id, stop.is_protective, stop.unknown_ms) == ("tiny", True, None)
        assert stop.venue_order_id == known.venue_order_id
        at.venue.fail("place", Fault.UNCLEAR_AFTER, leg=Leg.ENTRY)
        at.venue.reads_fail = at.venue.is_deaf = True
        desk.issue(desk.new_trade())
        await desk.pass_ms(100)
        assert order_of(look(desk), Leg.ENTRY).unknown_ms is not None
        await desk.pass_ms(3_000)
        seen = look(desk)
        entry = order_of(seen, Leg.ENTRY)
        assert not entry.is_protective
        assert entry.unknown_ms is not None
        assert 3_000 <= entry.unknown_ms <= 3_100
        assert seen.health.unknown_orders == 1

    at.run(script)


def test_the_account_adds_exposure_and_risk_up_over_sides_and_currencies(tmp_path: Path) -> None:
    """A euro is worth 50,000 / 40,000 dollars by the two prices of a coin."""
    platform = PLATFORM.replace("\nconnector:", EUR, 1).replace("{USDT: 100000}", "{USDT: 100000, EUR: 9000}")
    at = DeskHouse(tmp_path, platform=platform, blueprints=(TWO,))

    async def script(desk: LivingDesk) -> None:
        desk.tick("40000", EURO)
        await opened(desk, symbol=SPOT)
        await opened(desk)
        short = desk.issue(desk.new_trade(OrderSide.SELL, symbol=EURO, stop="0.05"))
        await desk.settle()
        assert desk.end_of(short) is not None
        seen = look(desk)
        rows = [row_of(seen, symbol) for symbol in (SPOT, PERP, EURO)]
        marks, worth = (D(50000), D(50000), D(40000)), (D(1), D(1), D("1.25"))
        values = [
            row.position.size_base * mark * rate for row, mark, rate in zip(rows, marks, worth, strict=True)
        ]
        assert seen.account.exposure_gross.value == sum(values)
        assert seen.account.exposure_largest.value == max(values)
        assert seen.account.exposure_net.value == values[0] + values[1] - values[2]
        stops = [row.position.stop_price or D(0) for row in rows]
        at_risk = [
            abs(mark - stop) * row.position.size_base * rate
            for row, mark, stop, rate in zip(rows, marks, stops, worth, strict=True)
        ]
        assert seen.account.risk_open.value == sum(at_risk)
        assert seen.account.position_limit == D(100000)

    at.live(script)


EURO = "BTC/EUR:EUR"
TWO = TINY.replace("BTC/USDT:USDT]", f"BTC/USDT:USDT, {EURO}]")


def test_the_day_begins_with_the_first_equity_of_the_local_day_and_outlives_a_restart(tmp_path: Path) -> None:
    """Auckland's day began eleven hours before this one in UTC, and ends at 11:00 UTC."""
    at = watched(tmp_path, "desk.time_zone=Pacific/Auckland")
    until_midnight_ms = 11 * 3_600_000 - START_MS % 86_400_000 + 86_400_000

    async def earns(desk: LivingDesk) -> None:
        await desk.pass_ms(6_000)
        assert look(desk).account.day_pnl.value == 0
        await opened(desk)
        desk.tick("50100")
        seen = look(desk).account
        assert seen.equity.value is not None
        assert seen.day_pnl.value == seen.equity.value - 100_000

    async def next_life(desk: LivingDesk) -> None:
        desk.tick("50100")
        await desk.pass_ms(6_000)
        seen = look(desk).account
        assert seen.equity.value is not None
        assert seen.equity.value < 100_050
        assert seen.day_pnl.value == seen.equity.value - 100_000

    async def tomorrow(desk: LivingDesk) -> None:
        desk.tick("50100")
        await desk.pass_ms(6_000)
        assert look(desk).account.day_pnl.value == 0

    at.live(earns)
    at.live(next_life, down_ms=until_midnight_ms % 86_400_000)
    at.live(tomorrow)


def test_the_drawdown_is_measured_from_the_peak_of_all_runs(tmp_path: Path) -> None:
    at = watched(tmp_path)
    falls: list[Decimal] = []

    async def falls_behind(desk: LivingDesk) -> None:
        await desk.pass_ms(6_000)
        await opened(desk)
        await desk.play(["49500"] * 70)
        fell = look(desk).account.drawdown.value
        assert fell is not None
        falls.append(fell)

    at.live(falls_behind)

    async def next_life(desk: LivingDesk) -> None:
        await desk.play(["49500"] * 70)
        assert look(desk).account.drawdown.value == falls[0] > 0

    at.live(next_life)


def test_money_that_was_taken_out_is_no_drawdown(tmp_path: Path) -> None:
    at = watched(tmp_path)

    async def stands(desk: LivingDesk) -> None:
        desk.tick("50000")
        await desk.pass_ms(6_000)
        desk.paper.hand.deposit("USDT", D(-40_000))
        assert await desk.desk.core.parts.execution.reconciliation.run()
        await desk.pass_ms(6_000)
        assert look(desk).account.equity.value == 60_000
        assert look(desk).account.drawdown.value == 0

    at.live(stands)


def test_a_market_shows_its_trend_evenly_and_its_change_since(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        for second in range(100):
            desk.tick(str(50_000 + second))
            await desk.pass_ms(1_000)
        row = feed_of(look(desk))
        gaps = {later - sooner for sooner, later in zip(row.trend, row.trend[1:], strict=False)}
        assert gaps == {D(4)}
        assert 20 <= len(row.trend) <= 40
        assert row.change.value == D(50_099) / row.trend[0] - 1
        assert row.ticks == 100
        assert feed_of(look(desk), SPOT).trend == ()

    watched(tmp_path).live(script)


def test_the_trend_stays_bounded_for_ever(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        desk.tick("50000")
        await desk.pass_ms(7_200_000)
        assert len(feed_of(look(desk)).trend) == 40

    watched(tmp_path).live(script)


def test_the_core_s_own_figures_are_counted(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        for _ in range(60):
            desk.tick("50000")
            await desk.pass_ms(100)
        assert not desk.positions
        desk.issue(desk.new_trade())
        await desk.pass_ms(500)
        health = look(desk).health
        assert (health.ticks, health.ticks_per_second) == (60, 10)
        assert (health.orders_in_minute, health.orders_per_minute_limit) == (1, 100_000)
        assert health.core_lag_ms == 0
        await desk.pass_ms(60_000)
        assert look(desk).health.orders_in_minute == 0
        assert look(desk).health.ticks_per_second == 0

    watched(tmp_path).live(script)


def test_what_did_not_change_is_shown_again_and_not_built_again(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        await opened(desk)
        await desk.pass_ms(20_000)
        first = look(desk)
        await desk.pass_ms(250)
        second = look(desk)
        assert second.log is first.log
        assert second.directives is first.directives
        assert second.terminations is first.terminations
        assert second.instruments is first.instruments
        assert [a is b for a, b in zip(first.orders, second.orders, strict=True)] == [True, True]
        assert second.positions[0].mark.age_ms == (first.positions[0].mark.age_ms or 0) + 250

    watched(tmp_path).live(script)


def test_directives_and_endings_name_their_strategy_trade_and_symbol(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        position = await opened(desk)
        seen = look(desk)
        directive, ending = seen.directives[0], seen.terminations[0]
        assert (directive.strategy_id, directive.trade_ids) == ("tiny", (position.trade_id,))
        assert (ending.flow_id, ending.worker, ending.scope) == (directive.directive_id, "test", "NEW_TRADE")
        assert (ending.symbol, ending.trade_ids) == (PERP, (position.trade_id,))
        assert seen.strategies == ("tiny",)
        assert {one.symbol for one in seen.instruments} == {PERP, SPOT}

    watched(tmp_path).live(script)


def test_the_log_tells_in_words_and_an_earlier_run_is_not_forgotten(tmp_path: Path) -> None:
    at = watched(tmp_path)

    async def first(desk: LivingDesk) -> None:
        await opened(desk)
        fill = next(one for one in look(desk).log if one.kind == "FILL_BOOKED")
        assert fill.text.startswith("fill BUY 0.099 BTC/USDT:USDT at 50010.2, ")
        assert fill.subject_id.startswith("FIL_")
        assert fill.flow_id == look(desk).directives[0].directive_id

    async def second(desk: LivingDesk) -> None:
        seen = look(desk)
        assert seen.log[0].time_ms >= seen.log[-1].time_ms
        assert [one.kind for one in seen.log].count("RUN_STARTED") == 2
        assert seen.directives[0].state == "executed"
        assert seen.terminations[0].outcome == "success"

    at.live(first)
    at.live(second)


def test_only_what_is_watched_held_or_ordered_shows_its_filters(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        await opened(desk)
        assert "BTC/EUR:EUR" in desk.desk.core.parts.view.instruments
        assert {one.symbol for one in look(desk).instruments} == {SPOT, PERP}

    platform = PLATFORM.replace("\nconnector:", EUR, 1)
    DeskHouse(tmp_path, platform=platform, is_watched=True).live(script)


def test_what_came_while_the_picture_was_taken_has_the_age_of_nothing(tmp_path: Path) -> None:
    """A picture is taken in steps, and a tick may come between two of them."""

    async def script(desk: LivingDesk) -> None:
        trade = await opened(desk)
        steps = desk.desk.camera.steps()
        next(steps)
        await desk.pass_ms(5)
        desk.tick("50100")
        desk.issue(desk.move_stop(trade, "49500"))
        seen = all_at_once(steps)
        assert feed_of(seen).last.value == D(50100)
        assert feed_of(seen).last.age_ms == 0
        ages = [one.age_ms for one in seen.orders] + [one.size_base.age_ms for one in seen.orders]
        assert min(one for one in ages if one is not None) >= 0

    watched(tmp_path).live(script)
