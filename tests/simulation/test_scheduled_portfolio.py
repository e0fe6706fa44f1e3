"""A portfolio is held at its weights on a whole desk, sells before buys, wherever it dies."""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from desk.bootstrap.settings import instruments
from desk.contracts.directives import DirectiveScope, StrategyDirective
from desk.contracts.execution import FlowCompletion
from desk.contracts.market import ZERO
from desk.contracts.records import PeriodRecorded
from desk.contracts.sides import PositionSide
from tests.builders.deaths import deaths_of, reborn
from tests.builders.desk import PLATFORM, DeskHouse, Script
from tests.builders.evidence import Evidence, evidence
from tests.builders.living_desk import PERP, SPOT, LivingDesk
from tests.builders.promises import broken_at_rest

ETH = "ETH/USDT"
PERIOD_MS = 60_000
INSTRUMENT = """\
instruments:
  - {symbol: ETH/USDT, kind: spot, price_step: 0.01, size_step: 0.0001, min_size_base: 0.0001,
     min_notional_quote: 5, maker_fee: 0.001, taker_fee: 0.001}
"""
SCHEDULED = f"""\
{PLATFORM.replace("instruments:", INSTRUMENT.rstrip())}schedule:
  - {{name: MINUTELY, every: 1m, misfire: run_once_within, grace_s: 30}}
"""
PORTFOLIO = """\
name: portfolio
symbols: [BTC/USDT, ETH/USDT]
protection: none
workers:
  - use: rebalancing_agent
    parameters:
      targets: [{symbol: BTC/USDT, weight: 0.4}, {symbol: ETH/USDT, weight: 0.4}]
      cash_weight: 0.2
      schedule: MINUTELY
      abs_band: 0.02
      rel_band: 0.05
      grace_s: 30
planners:
  entry: [{use: market}]
  size: [{use: fixed_notional}]
"""
BAND = Decimal("0.021")
"""The band of 0.02, and what fees and slippage take."""
SETTINGS = ("risk.max_order_notional=100000", "risk.price_collar=0.9")
PRICES = ((50_000, 2_500), (60_000, 2_400), (60_100, 2_400), (50_000, 3_500))
"""One pair per period: bought, BTC sold for ETH, within the bands, ETH sold for BTC."""
EVERY = pytest.param(1, marks=pytest.mark.soak, id="every")
SOME = pytest.param(9, id="some")


def house_at(folder: Path) -> DeskHouse:
    return DeskHouse(
        folder, platform=SCHEDULED, blueprints=(PORTFOLIO,), settings=SETTINGS, reconcile_every_ms=None
    )


def through(pairs: Sequence[tuple[int, int]]) -> Script:
    """Let each pair of prices stand for a minute, in the middle of which the schedule fires."""

    async def lives(desk: LivingDesk) -> None:
        begun_ms = desk.clock.now_ms()
        for number, (btc, eth) in enumerate(pairs):
            until_ms = (begun_ms // PERIOD_MS + number + 1) * PERIOD_MS + PERIOD_MS // 2
            while desk.clock.now_ms() < until_ms:
                desk.tick(str(btc), SPOT)
                desk.tick(str(eth), ETH)
                await desk.pass_ms(1_000)

    return lives


def weights(found: Evidence, pair: tuple[int, int]) -> dict[str, Decimal]:
    """Return what share of the account each coin is, by what the venue says it holds."""
    btc, eth = found.balances.get("BTC", ZERO) * pair[0], found.balances.get("ETH", ZERO) * pair[1]
    whole = btc + eth + found.balances["USDT"]
    return {"BTC": btc / whole, "ETH": eth / whole}


def wrong_weights(found: Evidence, pair: tuple[int, int]) -> list[str]:
    held = weights(found, pair)
    return [f"{coin} is {held[coin]:.4f}" for coin in held if not abs(held[coin] - Decimal("0.4")) <= BAND]


def out_of_order(found: Evidence) -> list[str]:
    """List buys that were issued while a sale had not ended, and periods that were recorded twice."""
    wrong, selling = list[str](), set[str]()
    for entry in found.entries:
        if isinstance(entry.record, FlowCompletion):
            selling.discard(entry.subject_id)
        elif isinstance(entry.record, StrategyDirective):
            if entry.record.rationale.startswith("sell"):
                selling.add(entry.subject_id)
            elif selling:
                wrong.append(f"{entry.subject_id} buys while {selling} sells")
    starts = Counter(one.claim.period_start_ms for one in periods(found))
    return [
        *wrong,
        *(f"period {start} is recorded {count} times" for start, count in starts.items() if count > 1),
    ]


def periods(found: Evidence) -> list[PeriodRecorded]:
    return [one.record for one in found.entries if isinstance(one.record, PeriodRecorded)]


def test_the_weights_are_held_by_sells_that_come_before_buys(tmp_path: Path) -> None:
    house = house_at(tmp_path)
    life = house.live(through(PRICES))
    found = evidence(house.state)
    assert life.complaints == []
    assert wrong_weights(found, PRICES[-1]) == []
    assert out_of_order(found) == []
    assert [one.outcome for one in periods(found)] == ["CLAIMED", "CLAIMED", "SKIPPED", "CLAIMED"]
    assert [entry.record.scope for entry in found.entries if isinstance(entry.record, StrategyDirective)] == [
        DirectiveScope.NEW_TRADE,
        DirectiveScope.NEW_TRADE,
        *[DirectiveScope.MODIFY_EXISTING] * 4,
    ]
    assert len(found.fills) == 6


def test_a_short_weight_is_held_by_adding_as_it_falls_and_buying_back_as_it_rises(tmp_path: Path) -> None:
    short = (
        PORTFOLIO.replace("[BTC/USDT, ETH/USDT]", '["BTC/USDT:USDT"]')
        .replace("protection: none\n", "")
        .replace(
            "[{symbol: BTC/USDT, weight: 0.4}, {symbol: ETH/USDT, weight: 0.4}]",
            '[{symbol: "BTC/USDT:USDT", weight: -0.4}]',
        )
        .replace("cash_weight: 0.2", "cash_weight: 0.6\n      stop_fraction: 0.5")
    )
    house = DeskHouse(
        tmp_path,
        platform=SCHEDULED,
        blueprints=(short + "  exit: [{use: stop_and_target, parameters: {with_target: false}}]\n",),
        settings=SETTINGS,
        reconcile_every_ms=None,
    )

    async def lives(desk: LivingDesk) -> None:
        for at in ("50000", "40000", "45000"):
            for _ in range(60):
                desk.tick(at, PERP)
                await desk.pass_ms(1_000)

    life = house.live(lives)
    assert life.complaints == []
    found = evidence(house.state)
    said = [one.record.rationale for one in found.entries if isinstance(one.record, StrategyDirective)]
    assert [" ".join(one.split()[3:6]) for one in said] == [
        "(0 → -0.4):",
        "(-0.296 → -0.4):",
        "(-0.473 → -0.4):",
    ]
    (trade,) = found.ledger.open_positions()
    assert trade.side is PositionSide.SHORT
    assert trade.stop_size_base == trade.size_base


def test_a_dry_run_trades_nothing(tmp_path: Path) -> None:
    dry = PORTFOLIO.replace("schedule: MINUTELY", "schedule: MINUTELY\n      dry_run: true")
    house = DeskHouse(
        tmp_path, platform=SCHEDULED, blueprints=(dry,), settings=SETTINGS, reconcile_every_ms=None
    )
    house.live(through(PRICES[:1]))
    found = evidence(house.state)
    assert [one.reason for one in periods(found)] == [
        "dry run: buy 0.8 BTC/USDT (0 → 0.4), buy 16 ETH/USDT (0 → 0.4)"
    ]
    assert found.fills == []


@pytest.mark.parametrize("stride", [SOME, EVERY])
def test_killed_at_any_commit_the_weights_are_met_and_no_period_runs_twice(
    stride: int, tmp_path: Path
) -> None:
    house = house_at(tmp_path / "first")
    known = {one.symbol: one for one in instruments(house.configuration.platform)}
    with deaths_of(house) as deaths:
        house.live(through(PRICES))
    wrong = []
    for death in deaths[3::stride]:
        again = reborn(house, death, tmp_path / str(death.number))
        life = again.live(through([PRICES[-1]] * 3))
        found = evidence(again.state)
        faults = (
            *broken_at_rest(again.state, known),
            *wrong_weights(found, PRICES[-1]),
            *out_of_order(found),
        )
        wrong += [f"{death.number} ({death.place}): {one}" for one in (*faults, *life.complaints)]
    assert wrong == []
