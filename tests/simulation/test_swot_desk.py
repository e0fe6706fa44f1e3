"""The SWOT chain and direct mode on a whole desk: what is weighed becomes a trade, and why says all of it."""

from decimal import Decimal
from pathlib import Path

import pytest

from desk.bootstrap.settings import instruments
from desk.contracts import events
from desk.contracts.causality import CausalityChain
from desk.contracts.directives import SizeDirective, StrategyDirective
from desk.contracts.execution import DirectiveRefused
from desk.contracts.ids import ContextId, OpportunityId, ThreatId, TypedId
from desk.contracts.plans import EntryPlan, EntryType, SizePlan
from desk.contracts.records import FillBooked
from desk.contracts.sides import PositionSide
from desk.contracts.signals import ContextAssessment, ContextFactor, OpportunitySignal, ThreatSignal
from desk.journal.trace import trace
from tests.builders.deaths import deaths_of, reborn
from tests.builders.desk import START_MS, DeskHouse, Script
from tests.builders.evidence import Evidence, evidence
from tests.builders.living_desk import PERP, SPOT, LivingDesk
from tests.builders.promises import broken_at_rest

SWOT = """\
name: tiny
symbols: [BTC/USDT:USDT]
workers:
  - use: drawdown_threat
    parameters: {calm_drawdown: 0.0001, panic_drawdown: 0.002, check_every_s: 1, repeat_after_s: 3600}
  - use: news_threat
    parameters:
      calendar:
        - {start_ms: NEWS_START, end_ms: NEWS_END, severity: 0.8, affects: BTC, title: prices}
  - use: swot_planner
    parameters: {symbol: BTC/USDT:USDT, threshold: 0.25, max_risk_quote: 50, stop_fraction: 0.01,
                 cooldown_s: 0}
planners:
  entry:
    - {use: market, when: {confidence: [0.5, 1]}}
    - {use: limit, when: {confidence: [0, 0.5]}, parameters: {valid_for_ms: 60000}}
  size: [{use: fixed_risk}]
  exit: [{use: stop_and_target}]
"""
DIRECT = """\
name: tiny
mode: direct
symbols: [BTC/USDT, BTC/USDT:USDT]
workers:
  - use: breakout_opportunity
    parameters: {symbol: BTC/USDT:USDT}
planners:
  entry: [{use: market}]
  size: [{use: fixed_notional, parameters: {notional_quote: 5000}}]
  exit: [{use: stop_and_target}]
direct: {signal_type: BREAKOUT, min_confidence: 0.6}
"""
HOUR = 3_600_000
QUIET = SWOT.replace("NEWS_START", str(START_MS + 90 * HOUR)).replace("NEWS_END", str(START_MS + 91 * HOUR))
NEWS_SOON = SWOT.replace("NEWS_START", str(START_MS + 5_000)).replace("NEWS_END", str(START_MS + HOUR))
EVERY = pytest.param(1, marks=pytest.mark.soak, id="every")
SOME = pytest.param(3, id="some")


def born(desk: LivingDesk) -> CausalityChain:
    quote = desk.desk.core.parts.board.quote(PERP)
    assert quote is not None
    assert quote.tick is not None
    return CausalityChain.born(quote.tick.id)


def say(desk: LivingDesk, event_name: str, signal: object) -> None:
    desk.desk.core.parts.bus.publish(event_name, signal, strategy_id="tiny", cause=born(desk))


def assess(desk: LivingDesk, rating: str, source: str, *, both_sides: bool = False) -> ContextId:
    value = Decimal(rating)
    factor = ContextFactor(
        factor_type="TREND",
        symbol=PERP,
        source=source,
        strength=value if value >= 0 else None,
        weakness=-value if value < 0 else None,
        both_sides=both_sides,
    )
    context_id = desk.ids.new(ContextId)
    assessment = ContextAssessment(
        context_id=context_id,
        symbol=PERP,
        assessed_at_ms=desk.clock.now_ms(),
        causality=born(desk),
        factors=(factor,),
    )
    say(desk, events.CONTEXT_ASSESSED, assessment)
    return context_id


def threaten(desk: LivingDesk, severity: str) -> ThreatId:
    threat_id = desk.ids.new(ThreatId)
    threat = ThreatSignal(
        threat_id=threat_id,
        threat_type="STALE_FEED",
        severity=Decimal(severity),
        detected_at_ms=desk.clock.now_ms(),
        source="watch",
        rationale="silence",
        causality=born(desk),
    )
    say(desk, events.THREAT_DETECTED, threat)
    return threat_id


def chance(
    desk: LivingDesk, confidence: str, side: PositionSide = PositionSide.LONG, symbol: str = PERP
) -> OpportunityId:
    opportunity_id = desk.ids.new(OpportunityId)
    signal = OpportunitySignal(
        opportunity_id=opportunity_id,
        signal_type="BREAKOUT",
        symbol=symbol,
        side=side,
        confidence=Decimal(confidence),
        detected_at_ms=desk.clock.now_ms(),
        source="breakout",
        rationale="over the high",
        causality=born(desk),
    )
    say(desk, events.OPPORTUNITY_DETECTED, signal)
    return opportunity_id


def trading(confidence: str, named: list[TypedId]) -> Script:
    """Weigh a chance with three contexts and two threats on a market at 50,000."""

    async def lives(desk: LivingDesk) -> None:
        desk.tick("50000")
        named.extend(
            [
                assess(desk, "1", "trend"),
                assess(desk, "0.9", "regime", both_sides=True),
                assess(desk, "-0.02", "structure"),
                threaten(desk, "0.03"),
                threaten(desk, "0.01"),
            ]
        )
        named.append(chance(desk, confidence))
        await desk.settle(price="50000")

    return lives


def lived(folder: Path, confidence: str) -> tuple[DeskHouse, Evidence, list[TypedId]]:
    named: list[TypedId] = []
    house = DeskHouse(folder, blueprints=(QUIET,), reconcile_every_ms=None)
    assert house.live(trading(confidence, named)).complaints == []
    return house, evidence(house.state), named


@pytest.mark.parametrize(
    ("confidence", "chosen"),
    [("0.51", EntryType.LIMIT), ("0.52", EntryType.MARKET), ("0.98", EntryType.MARKET)],
)
def test_confidence_chooses_the_planner_and_never_the_size(
    confidence: str, chosen: EntryType, tmp_path: Path
) -> None:
    # The weakest of the four is (1 - 0.02) x the opportunity: 0.4998 below, 0.5096 above the border of 0.5.
    _, found, _ = lived(tmp_path, confidence)
    (entry,) = [one.record for one in found.records(EntryPlan) if isinstance(one.record, EntryPlan)]
    (size,) = [one.record for one in found.records(SizePlan) if isinstance(one.record, SizePlan)]
    assert entry.order_type is chosen
    assert Decimal("49.5") < size.risk_amount_quote <= 50, "the risk that the planner was told"


def test_the_same_risk_is_taken_however_sure_the_planner_is(tmp_path: Path) -> None:
    sizes = set()
    for confidence in ("0.55", "0.75", "0.95"):
        _, found, _ = lived(tmp_path / confidence, confidence)
        (directive,) = [
            one.record
            for one in found.records(StrategyDirective)
            if isinstance(one.record, StrategyDirective)
        ]
        assert directive.confidence == (Decimal("0.98") * Decimal(confidence)).normalize()
        (trade,) = found.ledger.open_positions()
        sizes.add(trade.size_base)
    assert len(sizes) == 1


def test_why_of_a_fill_names_every_context_opportunity_and_threat(tmp_path: Path) -> None:
    house, found, named = lived(tmp_path, "0.98")
    (fill,) = [one.record for one in found.records(FillBooked) if isinstance(one.record, FillBooked)]
    tree = trace(house.state.journal, fill.fill_id)
    told = {node.id: [fact.text for fact in node.facts] for node in tree.nodes}
    assert set(named) <= told.keys()
    assert len(named) == 6
    assert all(told[one] for one in named)
    assert told[named[1]] == ["context of BTC/USDT:USDT: TREND strength 0.9"]
    assert tree.is_unbroken


def test_a_fall_of_the_account_is_measured_from_its_peak_over_a_kill(tmp_path: Path) -> None:
    async def loses(desk: LivingDesk) -> None:
        desk.tick("50000")
        await desk.pass_ms(2_000)
        desk.tick("50000")
        desk.issue(desk.new_trade(size_directive=SizeDirective(max_risk_amount=Decimal(100))))
        await desk.settle(price="50000")
        desk.tick("49500")
        await desk.pass_ms(2_000)

    async def looks(desk: LivingDesk) -> None:
        desk.tick("49500")
        await desk.pass_ms(2_000)

    house = DeskHouse(tmp_path, blueprints=(QUIET,), reconcile_every_ms=None)
    first = house.live(loses)
    told = [one for one in first.entries if isinstance(one.record, ThreatSignal)]
    assert len(told) == 1, "once, though it looks every second"
    second = house.live(looks)
    again = [one.record for one in second.entries if isinstance(one.record, ThreatSignal)]
    assert [one.threat_type for one in again] == ["DRAWDOWN"]
    assert again[0].rationale.endswith("below its peak 100,000")


@pytest.mark.parametrize("stride", [SOME, EVERY])
def test_killed_at_any_commit_announced_news_stand_against_a_trade(stride: int, tmp_path: Path) -> None:
    async def hears(desk: LivingDesk) -> None:
        for _ in range(8):
            desk.tick("50000")
            await desk.pass_ms(1_000)

    async def weighs(desk: LivingDesk) -> None:
        for _ in range(12):
            desk.tick("50000")
            await desk.pass_ms(1_000)
        assess(desk, "1", "trend")
        chance(desk, "1")
        await desk.settle(price="50000")

    house = DeskHouse(tmp_path / "first", blueprints=(NEWS_SOON,), reconcile_every_ms=None)
    with deaths_of(house) as deaths:
        house.live(hears)
    assert deaths
    for death in [*deaths[::stride], deaths[-1]]:
        again = reborn(house, death, tmp_path / str(death.number))
        again.live(weighs)
        found = evidence(again.state)
        threats = {one.subject_id for one in found.records(ThreatSignal)}
        assert len(threats) == 1, "the same window is the same threat in every life"
        assert list(found.records(StrategyDirective)) == [], f"traded after death {death.number}"


@pytest.mark.parametrize("stride", [SOME, EVERY])
def test_killed_at_any_commit_a_decision_is_made_once_and_its_trade_is_protected(
    stride: int, tmp_path: Path
) -> None:
    async def stands_still(desk: LivingDesk) -> None:
        for _ in range(5):
            desk.tick("50000")
            await desk.settle(price="50000")
            await desk.pass_ms(1_000)

    house = DeskHouse(tmp_path / "first", blueprints=(QUIET,), reconcile_every_ms=None)
    known = {one.symbol: one for one in instruments(house.configuration.platform)}
    with deaths_of(house) as deaths:
        house.live(trading("0.98", []))
    for death in deaths[::stride]:
        again = reborn(house, death, tmp_path / str(death.number))
        life = again.live(stands_still)
        assert [*broken_at_rest(again.state, known), *life.complaints] == [], f"death {death.number}"
        found = evidence(again.state)
        assert len(list(found.records(StrategyDirective))) <= 1
        assert len(found.fills) <= 1
        assert found.report.is_whole


def test_without_news_the_same_chance_is_taken(tmp_path: Path) -> None:
    async def weighs(desk: LivingDesk) -> None:
        desk.tick("50000")
        assess(desk, "1", "trend")
        chance(desk, "1")
        await desk.settle(price="50000")

    house = DeskHouse(tmp_path, blueprints=(NEWS_SOON,), reconcile_every_ms=None)
    house.live(weighs)
    assert len(evidence(house.state).ledger.open_positions()) == 1


def test_a_direct_signal_trades_once_and_one_that_cannot_be_is_refused_with_a_reason(tmp_path: Path) -> None:
    async def signals(desk: LivingDesk) -> None:
        desk.tick("50000")
        desk.tick("50000", symbol=SPOT)
        chance(desk, "0.59")
        first = chance(desk, "0.6")
        chance(desk, "0.9")
        await desk.settle(price="50000")
        assert [one.causality.opportunity_ids for one in issued(desk)] == [(first,)]
        chance(desk, "1")
        desk.tick("50000", symbol=SPOT)
        chance(desk, "1", PositionSide.SHORT, SPOT)
        await desk.settle(price="50000")

    house = DeskHouse(tmp_path, blueprints=(DIRECT,), reconcile_every_ms=None)
    house.live(signals)
    found = evidence(house.state)
    assert len(found.ledger.open_positions()) == 1
    refused = [
        one.record for one in found.records(DirectiveRefused) if isinstance(one.record, DirectiveRefused)
    ]
    assert [one.refused_by for one in refused] == ["planning"]
    assert "0.10000 BTC are to be sold, and 0 are free" in refused[0].reason


def issued(desk: LivingDesk) -> list[StrategyDirective]:
    return [one.record for one in desk.entries if isinstance(one.record, StrategyDirective)]
