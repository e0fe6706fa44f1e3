"""An alarm that is over says so by itself, whoever raised it, and after a restart too."""

from decimal import Decimal
from pathlib import Path

import pytest

from desk.bus import EventBus
from desk.contracts import events
from desk.contracts.commands import REARM_WORD, Rearm
from desk.contracts.manifests import BarsNeeded
from desk.contracts.market import Bar
from desk.contracts.orders import Leg
from desk.contracts.problems import ReadFailed
from desk.contracts.records import AlarmEnded
from desk.contracts.sides import OrderSide
from desk.contracts.states import AlarmSeverity
from desk.execution.alarm_subjects import LATCH, About, Subject
from desk.feeds.bars import BarBook
from desk.runtime.connection_watch import Trouble
from desk.runtime.troubles import TroubleDesk
from desk.runtime.warm_up import WarmUp
from tests.builders.desk import DeskHouse
from tests.builders.execution import Fault, alarms, house
from tests.builders.living_desk import AT_A_LIMIT, PERP, LivingDesk
from tests.builders.lying import lying
from tests.builders.market import BTC, bar, tick

MINUTE_MS = 60_000


def over(desk: LivingDesk) -> list[str]:
    """List the texts of all alarms that ended by themselves."""
    return [one.record.text for one in desk.entries if isinstance(one.record, AlarmEnded)]


def lasting(desk: LivingDesk) -> list[str]:
    """List the alarms a screen shows that are not over."""
    return [one.text for one in desk.desk.camera.take().alarms if one.ended_ms is None]


def test_a_missing_stop_is_over_once_protection_has_closed_the_trade(tmp_path: Path) -> None:
    at = lying(tmp_path)

    async def script(desk: LivingDesk) -> None:
        at.venue.refuses = lambda request: "not today" if request.leg is Leg.STOP else None
        desk.tick("50000")
        desk.issue(desk.new_trade())
        await desk.settle(price="50000")
        assert not desk.positions
        told = [one for one in alarms(desk) if "has NO STOP" in one]
        assert over(desk) == [f"{one}: the trade is closed" for one in told]
        assert not lasting(desk)

    at.run(script)


def test_a_missing_stop_is_over_once_it_rests_again_be_it_after_a_restart(tmp_path: Path) -> None:
    at = house(tmp_path)

    async def is_naked(desk: LivingDesk) -> None:
        at.venue.fail("place", Fault.REFUSED, leg=Leg.STOP, times=10_000)
        at.venue.fail("place", Fault.REFUSED, leg=Leg.CLOSE, times=10_000)
        desk.tick("50000")
        desk.issue(desk.new_trade())
        await desk.play(["50000"] * 20, every_ms=1000)
        assert alarms(desk)
        assert not over(desk)

    async def is_protected(desk: LivingDesk) -> None:
        await desk.settle(price="50000")
        assert not desk.positions or desk.positions[0].is_protected
        assert over(desk)
        assert not desk.desk.alarms.standing(Subject.STOP)

    at.run(is_naked)
    at.run(is_protected)


@pytest.mark.parametrize("restarts", [False, True])
def test_an_unknown_outcome_is_over_once_it_is_settled(tmp_path: Path, *, restarts: bool) -> None:
    at = house(tmp_path)

    async def loses_a_reply(desk: LivingDesk) -> None:
        desk.tick("50000")
        at.venue.fail("place", Fault.UNCLEAR_AFTER, leg=Leg.ENTRY)
        at.venue.reads_fail = at.venue.is_deaf = True
        desk.issue(desk.new_trade(confidence=AT_A_LIMIT))
        await desk.play(["50000"] * 5)
        (text,) = alarms(desk)
        assert "outcome UNKNOWN" in text
        assert not over(desk)
        if not restarts:
            at.venue.forgive()
            await settles(desk)

    async def settles(desk: LivingDesk) -> None:
        await desk.settle(price="50000")
        (text,) = over(desk)
        assert text.endswith(": it is OPEN")
        assert not lasting(desk)

    at.run(loses_a_reply)
    if restarts:
        at.run(settles)


def test_a_difference_is_over_once_the_desk_is_rearmed_and_not_before(tmp_path: Path) -> None:
    at = lying(tmp_path)

    async def differs(desk: LivingDesk) -> None:
        at.venue.hides = lambda fill: fill.client_order_id is None
        desk.tick("50000")
        desk.paper.hand.place(PERP, OrderSide.SELL, Decimal("0.1"))
        await desk.pass_ms(200)
        assert await desk.desk.core.parts.execution.reconciliation.run()
        assert desk.desk.alarms.standing(Subject.LATCH)

    async def rearmed(desk: LivingDesk) -> None:
        assert desk.desk.alarms.standing(Subject.LATCH)
        await desk.desk.commands.execute(Rearm(REARM_WORD))
        (text,) = over(desk)
        assert text.startswith("ledger and venue differ")
        assert text.endswith(": the desk was re-armed")

    at.run(differs)
    at.run(rearmed)


def test_a_trouble_of_an_earlier_run_goes_on_as_one_alarm_and_ends(tmp_path: Path) -> None:
    at = DeskHouse(tmp_path)
    stream = Trouble("stream orders", "the stream is down")

    def desk_of(desk: LivingDesk) -> TroubleDesk:
        return TroubleDesk(desk.desk.core.parts.execution.state, desk.desk.alarms, "platform.supervisor")

    async def begins(desk: LivingDesk) -> None:
        desk_of(desk).take([stream])

    async def lasts_and_ends(desk: LivingDesk) -> None:
        before = alarms(desk)
        desk_of(desk).take([stream])
        assert alarms(desk) == before, "it is told already"
        desk_of(desk).take([])
        assert len(over(desk)) == 1

    at.live(begins)
    at.live(lasts_and_ends)


def test_what_stands_in_the_same_words_is_not_told_twice(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        told = desk.desk.alarms
        for text in ("it differs", "it differs", "it differs more"):
            told.raise_alarm(AlarmSeverity.WARNING, text, about=About(Subject.BARS, "x"))
        assert alarms(desk) == ["it differs", "it differs more"]
        told.end(About(Subject.BARS, "x"), "now it does not")
        assert over(desk) == ["it differs: now it does not", "it differs more: now it does not"]
        told.raise_alarm(AlarmSeverity.WARNING, "it differs", about=About(Subject.BARS, "x"))
        assert len(alarms(desk)) == 3
        assert not told.standing(LATCH.subject)

    DeskHouse(tmp_path).live(script)


def test_bars_that_lack_are_one_alarm_until_there_are_enough(tmp_path: Path) -> None:
    at = DeskHouse(tmp_path)
    need = BarsNeeded(BTC, MINUTE_MS, 2)

    async def fails(symbol: str, interval_ms: int, count: int) -> list[Bar]:
        raise ReadFailed(f"no {count} bars of {symbol} over {interval_ms} ms")

    async def answers(symbol: str, interval_ms: int, count: int) -> list[Bar]:
        return [bar(symbol=symbol, number=number, interval_ms=interval_ms) for number in range(count)]

    async def is_cold(desk: LivingDesk) -> None:
        await WarmUp(fails, BarBook([need]), desk.desk.alarms, EventBus(print)).run()
        assert alarms(desk) == [f"{BTC}: no bars to warm up with: no 2 bars of {BTC} over 60000 ms"]

    async def ticks_build_them(desk: LivingDesk) -> None:
        bus, bars = EventBus(print), BarBook([need])
        await WarmUp(fails, bars, desk.desk.alarms, bus).run()
        assert len(desk.desk.alarms.standing(Subject.BARS)) == 1
        for number in range(3):
            assert not over(desk)
            for closed in bars.add(tick("100", after_ms=number * MINUTE_MS)):
                bus.publish(events.BAR_CLOSED, closed)
        assert len(over(desk)) == 1

    async def is_warm(desk: LivingDesk) -> None:
        desk.desk.alarms.raise_alarm(
            AlarmSeverity.WARNING, "no bars", about=About(Subject.BARS, f"{BTC} {MINUTE_MS}")
        )
        await WarmUp(answers, BarBook([need]), desk.desk.alarms, EventBus(print)).run()
        assert len(over(desk)) == 1

    async def script(desk: LivingDesk) -> None:
        await is_cold(desk)
        await ticks_build_them(desk)

    at.live(script)
    at.live(is_warm)
