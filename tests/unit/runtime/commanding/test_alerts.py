"""Price alerts are told once, alarms are acknowledged, and both outlive a restart."""

from pathlib import Path

import pytest

from desk.contracts.commands import AcknowledgeAlarm, RemovePriceAlert, SetPriceAlert
from desk.contracts.records import AlarmRaised, EntryKind
from tests.builders.execution import alarms, house
from tests.builders.living_desk import PERP, LivingDesk
from tests.builders.operator import D, reasons_of, refused, told


def _alerts(desk: LivingDesk) -> list[str]:
    return [one for one in alarms(desk) if one.startswith("price alert")]


@pytest.mark.parametrize(
    ("price", "before", "after", "words"),
    [
        ("50500", "50499.8", "50500.1", "rose to 50500.1, the alert was at 50500"),
        ("49500", "49500.2", "49499", "fell to 49499.0, the alert was at 49500"),
    ],
)
def test_an_alert_is_told_once_when_the_mark_meets_it(
    tmp_path: Path, price: str, before: str, after: str, words: str
) -> None:
    async def script(desk: LivingDesk) -> None:
        desk.tick("50000")
        answer = await told(desk, SetPriceAlert(PERP, D(price)))
        assert "it is at 50000" in answer.message
        (row,) = desk.desk.camera.take().price_alerts
        assert (row.symbol, row.price) == (PERP, D(price))
        await desk.play([before])
        assert not _alerts(desk)
        await desk.play([after, "50000", after])
        (told_once,) = _alerts(desk)
        assert words in told_once
        assert not desk.desk.camera.take().price_alerts
        assert {"MAN", "TCK"} <= reasons_of(desk, EntryKind.ALARM_RAISED)

    house(tmp_path).run(script)


def test_an_alert_waits_through_a_restart_and_hears_of_a_price_that_jumped_past_it(tmp_path: Path) -> None:
    at = house(tmp_path)

    async def sets(desk: LivingDesk) -> None:
        desk.tick("50000")
        await told(desk, SetPriceAlert(PERP, D(51000)))
        await told(desk, SetPriceAlert(PERP, D(49000)))

    async def hears(desk: LivingDesk) -> None:
        assert [one.price for one in desk.desk.camera.take().price_alerts] == [D(51000), D(49000)]
        desk.tick("52000")
        assert len(_alerts(desk)) == 1

    async def is_told(desk: LivingDesk) -> None:
        desk.tick("52000")
        assert not _alerts(desk)
        (left,) = desk.desk.camera.take().price_alerts
        await told(desk, RemovePriceAlert(left.alert_id))
        assert not desk.desk.camera.take().price_alerts

    async def is_empty(desk: LivingDesk) -> None:
        assert not desk.desk.camera.take().price_alerts

    for script in (sets, hears, is_told, is_empty):
        at.run(script)


def test_alerts_that_cannot_be_meant_are_refused_with_what_to_give(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        assert "try again in a moment" in await refused(desk, SetPriceAlert(PERP, D(51000)))
        desk.tick("50000")
        assert "it trades BTC/USDT" in await refused(desk, SetPriceAlert("X/Y", D(1)))
        for price in ("NaN", "sNaN", "0", "-1", "Infinity"):
            assert "give a number above 0" in await refused(desk, SetPriceAlert(PERP, D(price)))
        assert "give a price beside it" in await refused(desk, SetPriceAlert(PERP, D(50000)))
        await told(desk, SetPriceAlert(PERP, D(51000)))
        assert "waits for BTC/USDT:USDT at 51000 already" in await refused(
            desk, SetPriceAlert(PERP, D(51000))
        )
        assert "at 51000)" in await refused(desk, RemovePriceAlert("nothing"))

    house(tmp_path).run(script)


def test_a_price_that_is_no_number_meets_no_alert(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        desk.tick("50000")
        await told(desk, SetPriceAlert(PERP, D(51000)))
        desk.tick("NaN")
        desk.tick("Infinity")
        assert len(desk.desk.camera.take().price_alerts) == 1

    house(tmp_path).live(script)


def test_an_acknowledged_alarm_stays_so_and_a_new_one_is_not(tmp_path: Path) -> None:
    at = house(tmp_path)
    seen: list[str] = []

    async def script(desk: LivingDesk) -> None:
        desk.tick("50000")
        for price in ("50100", "50200", "50300"):
            await told(desk, SetPriceAlert(PERP, D(price)))
        await desk.play(["50150", "50250"])
        first, second = (one.record.alarm_id for one in desk.entries if isinstance(one.record, AlarmRaised))
        assert "acknowledged" in (await told(desk, AcknowledgeAlarm(first))).message
        rows = {one.alarm_id: one.is_acknowledged for one in desk.desk.camera.take().alarms}
        assert rows == {first: True, second: False}
        assert "already" in (await told(desk, AcknowledgeAlarm(first))).message
        await told(desk, AcknowledgeAlarm())
        await desk.play(["50350"])
        assert [one.is_acknowledged for one in desk.desk.camera.take().alarms] == [False, True, True]
        assert "there is no alarm 'x'" in await refused(desk, AcknowledgeAlarm("x"))
        assert "MAN" in reasons_of(desk, EntryKind.WORKER_STATE_SAVED)
        seen.extend([first, second])

    async def remembers(desk: LivingDesk) -> None:
        assert all(desk.desk.commands.seen.is_seen(one) for one in seen)

    at.run(script)
    at.run(remembers)
