"""A scheduled buy happens once per period, or the period says why not, wherever the desk dies."""

import json
from collections import Counter
from itertools import product
from pathlib import Path

import pytest

from desk.bootstrap.settings import instruments
from desk.config.storage import StorageLayout
from desk.contracts.directives import StrategyDirective
from desk.contracts.market import ScheduledTick
from desk.contracts.orders import Leg
from desk.contracts.records import OrderIntended, PeriodRecorded, WorkerStateSaved
from desk.contracts.sides import OrderSide
from tests.builders.deaths import Death, deaths_of, reborn, with_lag
from tests.builders.desk import PLATFORM, DeskHouse, Script
from tests.builders.evidence import Evidence, evidence
from tests.builders.living_desk import SPOT, LivingDesk
from tests.builders.promises import broken_at_rest

PERIOD_MS = 60_000
GRACE_MS = 30_000
SCHEDULED = f"""\
{PLATFORM}schedule:
  - {{name: MINUTELY, every: 1m, misfire: run_once_within, grace_s: {GRACE_MS // 1000}}}
"""
SAVER = """\
name: saver
symbols: [BTC/USDT]
protection: none
workers:
  - use: dca_executor
    parameters: {symbol: BTC/USDT, schedule: MINUTELY, notional_quote: 250, grace_s: 30}
planners:
  entry: [{use: market}]
  size: [{use: fixed_notional}]
"""
AVERAGING = SAVER.replace("notional_quote: 250", "notional_quote: 250, mode: value_averaging, may_sell: true")
AWAY_MS = {"a moment": 1_000, "within grace": 20_000, "over periods": 3 * PERIOD_MS + 45_000}
EVERY = pytest.param(1, marks=pytest.mark.soak, id="every")
SOME = pytest.param(4, id="some")
FEW = pytest.param(16, id="few")


def for_ms(duration_ms: int, *, price: str = "50000") -> Script:
    async def lives(desk: LivingDesk) -> None:
        for _ in range(duration_ms // 1_000):
            desk.tick(price, SPOT)
            await desk.pass_ms(1_000)
        await desk.settle(price=price)

    return lives


def house_at(folder: Path, blueprint: str = SAVER) -> DeskHouse:
    return DeskHouse(folder, platform=SCHEDULED, blueprints=(blueprint,), reconcile_every_ms=None)


def periods(found: Evidence) -> list[PeriodRecorded]:
    return [one.record for one in found.entries if isinstance(one.record, PeriodRecorded)]


def broken(house: DeskHouse, state: StorageLayout) -> list[str]:
    known = {one.symbol: one for one in instruments(house.configuration.platform)}
    return [*broken_at_rest(state, known), *_periods_broken(evidence(state))]


def _periods_broken(found: Evidence) -> list[str]:
    """List periods that were left out or recorded twice, and buys beside their claim."""
    starts = [one.claim.period_start_ms for one in periods(found)]
    expected = list(range(starts[0], starts[-1] + 1, PERIOD_MS)) if starts else []
    wrong = [] if starts == expected else [f"I18: periods {starts}, expected {expected}"]
    ticks = (one.record for one in found.entries if isinstance(one.record, ScheduledTick))
    fired = {one.period_start_ms for one in ticks if one.schedule_name == "MINUTELY"}
    wrong += [f"I18: period {one} came and was neither used nor skipped" for one in sorted(fired - {*starts})]
    wrong += [
        f"I18: {one.claim.key} is {one.outcome} without a reason" for one in periods(found) if not one.reason
    ]
    claims = {
        one.subject_id: one.record.claim for one in found.entries if isinstance(one.record, StrategyDirective)
    }
    bought = Counter(
        claim.key
        for entry in found.entries
        if isinstance(entry.record, OrderIntended) and entry.record.request.leg is Leg.ENTRY
        if (claim := claims.get(entry.flow_id or "")) is not None and entry.subject_id in found.orders
    )
    return [*wrong, *(f"I18: {key} bought {count} times" for key, count in bought.items() if count > 1)]


def test_left_alone_it_buys_every_minute(tmp_path: Path) -> None:
    house = house_at(tmp_path)
    house.live(for_ms(5 * PERIOD_MS))
    assert broken(house, house.state) == []
    assert [one.outcome for one in periods(evidence(house.state))] == ["CLAIMED"] * 5


def test_what_was_missed_longer_than_its_grace_says_so(tmp_path: Path) -> None:
    house = house_at(tmp_path)
    house.live(for_ms(PERIOD_MS + 30_000), down_ms=2 * PERIOD_MS + 45_000)
    house.live(for_ms(PERIOD_MS))
    assert broken(house, house.state) == []
    outcomes = [one.outcome for one in periods(evidence(house.state))]
    assert outcomes.count("SKIPPED") == 2


@pytest.mark.parametrize("stride", [SOME, EVERY])
def test_killed_anywhere_it_buys_no_period_twice_and_loses_none(stride: int, tmp_path: Path) -> None:
    house = house_at(tmp_path)
    with deaths_of(house) as deaths:
        house.live(for_ms(2 * PERIOD_MS + 5_000))
    found: list[str] = []
    chosen: list[Death] = [*deaths[3::stride], *with_lag(deaths)[2::stride]]
    for number, (death, away) in enumerate(product(chosen, AWAY_MS)):
        again = reborn(house, death, tmp_path / str(number), AWAY_MS[away])
        again.live(for_ms(2 * PERIOD_MS))
        found += [f"{death.number} ({death.place}, {away}): {one}" for one in broken(again, again.state)]
    assert found == []


def test_value_averaging_buys_what_is_lacking_and_sells_what_is_too_much(tmp_path: Path) -> None:
    house = house_at(tmp_path, AVERAGING)
    house.live(for_ms(2 * PERIOD_MS + 5_000))
    life = house.live(for_ms(PERIOD_MS, price="100000"))
    found = evidence(house.state)
    assert life.complaints == []
    assert broken(house, house.state) == []
    assert [fill.side for fill in found.fills] == [OrderSide.BUY, OrderSide.BUY, OrderSide.SELL]
    (oldest, newest) = found.ledger.open_positions()
    assert oldest.size_base < newest.size_base, "the oldest trade gives up what is beyond 750"
    worth = (oldest.size_base + newest.size_base) * 100_000
    assert 750 <= worth < 752


def averaged(found: Evidence) -> list[str]:
    """List where what value averaging counted and holds is not what the periods say."""
    saved = [one.record for one in found.entries if isinstance(one.record, WorkerStateSaved)]
    counts = [json.loads(one.value)["count"] for one in saved if one.key == "periods" and one.value]
    recorded = len(periods(found))
    wrong = [] if counts == list(range(1, recorded + 1)) else [f"counted {counts}, {recorded} periods"]
    worth = sum(one.size_base for one in found.ledger.open_positions()) * 50_000
    if recorded and not worth <= 250 * recorded:
        wrong.append(f"holds {worth} after {recorded} periods of 250")
    return wrong


@pytest.mark.parametrize("stride", [FEW, EVERY])
def test_killed_anywhere_value_averaging_counts_every_period_once(stride: int, tmp_path: Path) -> None:
    house = house_at(tmp_path, AVERAGING)
    with deaths_of(house) as deaths:
        house.live(for_ms(2 * PERIOD_MS + 5_000))
    found: list[str] = []
    chosen: list[Death] = [*deaths[4::stride], *with_lag(deaths)[3::stride]]
    for number, (death, away) in enumerate(product(chosen, AWAY_MS)):
        again = reborn(house, death, tmp_path / str(number), AWAY_MS[away])
        again.live(for_ms(2 * PERIOD_MS))
        wrong = (*broken(again, again.state), *averaged(evidence(again.state)))
        found += [f"{death.number} ({death.place}, {away}): {one}" for one in wrong]
    assert found == []
