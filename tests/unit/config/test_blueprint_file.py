"""Blueprints: what they wire, and how their names, parameters, roles and ranges are checked."""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import pytest

from desk.bootstrap.plugins import offered_plugins
from desk.config.blueprint_file import BlueprintFile
from desk.config.cautions import cautions_of
from desk.config.configuration import check_blueprint, load_configuration
from desk.config.yaml_loader import parse_document
from desk.contracts.directives import Protection
from desk.contracts.plans import PlanRole
from desk.contracts.problems import InputRefused
from tests.builders.config import BLUEPRINT, DCA, DIRECT, PLATFORM, changed, line_of, written

PLUGINS = offered_plugins()


def checked(text: str) -> BlueprintFile:
    return check_blueprint(parse_document(text, "blueprint.yaml"), PLUGINS)


def refusal(text: str) -> str:
    with pytest.raises(InputRefused) as caught:
        checked(text)
    return str(caught.value)


def test_a_blueprint_hands_on_workers_with_typed_parameters() -> None:
    file = checked(BLUEPRINT)
    assert [use.name for use in file.workers] == ["trend_context", "swot_planner", "trail"]
    parameters = file.workers[2].parameters.model_dump()
    assert (parameters["trigger_threshold"], parameters["trail_distance"]) == (
        Decimal("0.02"),
        Decimal("0.01"),
    )


def test_a_blueprint_hands_on_planners_with_ranges() -> None:
    entry = checked(BLUEPRINT).planners[PlanRole.ENTRY]
    assert [use.manifest.name for use in entry] == ["market", "limit"]
    assert entry[0].when == {"confidence": (Decimal("0.7"), Decimal(1))}


def test_accumulation_without_protection_needs_no_exit() -> None:
    file = checked(DCA)
    assert file.blueprint.protection is Protection.NONE
    assert file.planners[PlanRole.EXIT] == ()


def test_direct_mode_needs_no_strategy_planner() -> None:
    direct = checked(DIRECT).blueprint.direct
    assert direct is not None
    assert direct.size.max_risk_amount == Decimal(50)


def test_a_worker_is_found_by_the_name_of_its_class_too() -> None:
    text = changed(BLUEPRINT, "use: trailing_stop_manager", "use: TrailingStopManager")
    assert checked(text).workers[2].use == "trailing_stop_manager"


def test_what_is_probably_not_meant_is_told_and_allowed() -> None:
    text = changed(BLUEPRINT, "trail_distance: 0.01", "trail_distance: 0.03")
    (caution,) = (one for one in cautions_of(checked(text)) if one.key.endswith(".parameters"))
    assert caution.line == line_of(text, "name: trail") + 1
    assert "still loses" in caution.what


def test_a_planner_that_no_worker_feeds_is_told() -> None:
    (caution,) = (one for one in cautions_of(checked(BLUEPRINT)) if one.key.endswith(".use"))
    assert caution.key == "workers.1.use"
    assert caution.what == "swot_planner hears OPPORTUNITY_DETECTED, which nobody publishes"
    assert caution.remedy == "use the worker that does, too"


def test_a_direct_trigger_that_no_worker_pulls_is_told() -> None:
    assert cautions_of(checked(DIRECT)) == ()
    (caution,) = cautions_of(checked(changed(DIRECT, "signal_type: BREAKOUT", "signal_type: BREAK_OUT")))
    assert caution.line == line_of(DIRECT, "signal_type")
    assert str(caution).endswith(
        "direct.signal_type: no worker of this blueprint signals BREAK_OUT, so that it never trades;"
        " did you mean `BREAKOUT`?"
    )


def test_a_direct_trigger_without_any_opportunity_worker_is_told() -> None:
    worker = "use: breakout_opportunity\n    parameters: {symbol: BTC/USDT:USDT}"
    (caution,) = cautions_of(checked(changed(DIRECT, worker, "use: trailing_stop_manager")))
    assert caution.remedy == "use a worker that does"


NOTHING_WAITS = "limit: it waits beside the market, and immediate lets nothing wait"
NEVER_SLICED = "stop_limit: it waits for a stop price, and twap refuses every such entry"


@pytest.mark.parametrize(
    ("entry", "routing", "told"),
    [
        ("stop_limit", "{use: twap}", [NEVER_SLICED]),
        ("limit", "{use: immediate}", [NOTHING_WAITS]),
        ("limit", "", [NOTHING_WAITS]),
        ("stop_limit", "{use: patient}", []),
        ("stop_limit", "", []),
        ("limit", "{use: twap}", []),
        ("limit", "{use: immediate, when: {confidence: [0.5, 1]}, priority: 1}, {use: patient}", []),
    ],
)
def test_an_entry_that_no_routing_of_the_blueprint_fills_is_told(
    entry: str, routing: str, told: list[str]
) -> None:
    text = changed(DIRECT, "use: market", f"use: {entry}")
    text = changed(text, "  size:\n", f"  routing: [{routing}]\n  size:\n")
    cautions = cautions_of(checked(text))
    assert [one.what for one in cautions] == told
    assert all((one.key, one.line) == ("planners.entry.0", 9) for one in cautions)


@pytest.mark.parametrize("worker", ["circuit_breaker", "connection_threat"])
def test_a_symbol_that_a_worker_is_given_twice_is_refused(worker: str) -> None:
    use = f"  - use: {worker}\n    parameters: {{symbols: [BTC/USDT:USDT, BTC/USDT:USDT]}}\nplanners:\n"
    text = changed(BLUEPRINT, "planners:\n", use)
    line = line_of(text, "[BTC/USDT:USDT, BTC/USDT:USDT]")
    told = "workers.3.parameters.symbols.1: BTC/USDT:USDT is written twice; keep one of the two"
    assert refusal(text) == f"blueprint.yaml:{line}: {told}"


def with_portfolio(block: str, blueprint: str = BLUEPRINT) -> str:
    return changed(blueprint, "workers:\n", f"portfolio: {block}\nworkers:\n")


def test_a_blueprint_bounds_what_its_strategy_holds_in_all() -> None:
    text = with_portfolio("{max_open_trades: 3, max_exposure: 20000, max_trade_notional: 8000}")
    portfolio = checked(text).blueprint.portfolio
    assert portfolio is not None
    assert portfolio.model_dump() == {
        "max_open_trades": 3,
        "max_exposure": Decimal(20_000),
        "max_open_risk": None,
        "max_trade_notional": Decimal(8_000),
    }
    assert checked(BLUEPRINT).blueprint.portfolio is None


@pytest.mark.parametrize(
    ("block", "key", "remedy"),
    [
        ("{max_open_trades: 0}", "portfolio.max_open_trades", "a whole number above 0"),
        ("{max_open_trades: 1.5}", "portfolio.max_open_trades", "a whole number above 0"),
        ("{max_exposure: -1}", "portfolio.max_exposure", "above 0"),
        ("{max_open_risk: .nan}", "portfolio.max_open_risk", "write a number"),
        ("{max_trade_notional: lots}", "portfolio.max_trade_notional", "above 0"),
        ("{max_exposures: 5}", "portfolio.max_exposures", "did you mean `max_exposure`?"),
        ("{}", "portfolio", "write max_exposure, or remove portfolio"),
        ("{max_exposure: 10, max_trade_notional: 20}", "portfolio", "lower max_trade_notional"),
    ],
)
def test_a_bad_portfolio_is_told_with_file_line_key_and_remedy(block: str, key: str, remedy: str) -> None:
    text = with_portfolio(block)
    told = refusal(text)
    assert told.startswith(f"blueprint.yaml:{line_of(text, 'portfolio:')}: {key}: ")
    assert remedy in told


def test_a_limit_on_risk_needs_stops_to_count() -> None:
    told = refusal(with_portfolio("{max_open_risk: 100}", DCA))
    assert "portfolio.max_open_risk: without protection no trade has a stop" in told
    assert "write max_exposure instead" in told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (changed(BLUEPRINT, "[0.7, 1]", "[0.8, 1]"), "no entry planner where confidence"),
        (changed(BLUEPRINT, "[0.7, 1]", "[0.6, 1]"), "both hold where confidence"),
        (
            changed(BLUEPRINT, "{confidence: [0.7, 1]}", "{mood: [0, 1]}"),
            "mood does not choose entry planners",
        ),
        (changed(BLUEPRINT, "[0.7, 1]", "[1, 0.7]"), "range 1 to 0.7"),
        (changed(BLUEPRINT, "mode: swot", "mode: direct"), "has no direct block"),
        (changed(DIRECT, "mode: direct", "mode: swot"), "a direct block belongs to mode direct"),
        (changed(DIRECT, "  signal_type", "  entry: {direction: BUY}\n  signal_type"), "those of the signal"),
        (changed(DCA, "protection: none\n", ""), "no exit planner"),
        (changed(BLUEPRINT, "name: trail\n", "name: swot_planner\n"), "two workers are called swot_planner"),
        (changed(BLUEPRINT, "use: fixed_risk", "use: market"), "there is no size planner 'market'"),
    ],
)
def test_what_does_not_fit_together_is_refused(text: str, told: str) -> None:
    assert told in refusal(text)


def test_a_strategy_planner_does_not_belong_to_direct_mode() -> None:
    parameters = "{symbol: BTC/USDT:USDT, max_risk_quote: 5, stop_fraction: 0.1}"
    worker = f"  - use: swot_planner\n    parameters: {parameters}\n"
    assert "mode direct has none" in refusal(changed(DIRECT, "planners:\n", f"{worker}planners:\n"))


def test_every_fault_of_a_blueprint_is_told_at_once() -> None:
    text = changed(changed(BLUEPRINT, "use: trend_context", "use: trend"), "use: fixed_risk", "use: kelly")
    assert len(refusal(text).splitlines()) == 2


OLD = """\
name: my_worker
type: ExecutionWorker
subtype: {subtype}
"""


@pytest.mark.parametrize(
    ("subtype", "remedy"),
    [
        ("TRADE_INITIATION", "delete it"),
        ("POSITION_MANAGEMENT", "DYNAMIC_MANAGEMENT"),
        ("RISK_SAFETY", "RISK_CONTROL"),
        ("OPERATIONAL", "SCHEDULED_OPERATIONS"),
        ("operational", "SCHEDULED_OPERATIONS"),
    ],
)
def test_a_v2_execution_worker_is_refused_with_its_line_of_the_migration_table(
    subtype: str, remedy: str
) -> None:
    told = refusal(OLD.format(subtype=subtype))
    assert told.startswith("blueprint.yaml:3: subtype: a V2 ExecutionWorker")
    assert remedy in told


def test_a_v2_manifest_is_found_where_it_hides() -> None:
    identified = "identification:\n  type: execution_worker\n  subtype: RISK_SAFETY\n"
    assert "blueprint.yaml:3: identification.subtype" in refusal(identified)
    within = changed(BLUEPRINT, "    name: trail\n", "    type: ExecutionWorker\n    subtype: OPERATIONAL\n")
    assert "workers.2.subtype" in refusal(within)
    unknown = OLD.format(subtype="OTHER")
    assert "blueprint.yaml:2: type" in refusal(unknown)


def both(folder: Path, *blueprints: str, settings: tuple[str, ...] = ()) -> str:
    """Return the configuration's hash, or its refusal."""
    paths = [written(folder, f"{place}.yaml", text) for place, text in enumerate(blueprints)]
    environment: Mapping[str, str] = {}
    platform = written(folder, "platform.yaml", PLATFORM)
    try:
        return load_configuration(platform, paths, settings, environment, PLUGINS).hash
    except InputRefused as refused:
        return str(refused)


@pytest.mark.parametrize(
    ("blueprints", "told"),
    [
        ((changed(DCA, "schedule: WEEKLY_DCA", "schedule: WEEKLY"),), "did you mean `WEEKLY_DCA`?"),
        ((DCA.replace("BTC/USDT", "SOL/USDT"),), "SOL/USDT is no instrument"),
        (
            (changed(DCA, "symbols: [BTC/USDT]", "symbols: [BTC/USDT:USDT]"),),
            "none of the blueprint's symbols",
        ),
        (
            (
                changed(
                    DCA,
                    "planners:\n",
                    "  - use: circuit_breaker\n"
                    "    parameters: {symbols: [BTC/USDT, BTC/USDT:USDT]}\nplanners:\n",
                ),
            ),
            "workers.1.parameters.symbols.1: BTC/USDT:USDT is none of the blueprint's symbols",
        ),
        ((DCA, DCA), "another blueprint is called dca"),
        (
            (DCA, changed(DCA, "name: dca", "name: more")),
            "blueprint dca has a scheduled worker dca_executor too",
        ),
        ((changed(BLUEPRINT, "protection: required", "protection: none"),), "only spot may go without"),
    ],
)
def test_a_blueprint_must_fit_its_platform(tmp_path: Path, blueprints: tuple[str, ...], told: str) -> None:
    assert told in both(tmp_path, *blueprints)


def test_a_symbol_must_be_worth_something_in_the_account(tmp_path: Path) -> None:
    told = both(tmp_path, DCA, settings=("desk.account_currency=EUR",))
    assert "BTC/USDT moves USDT, and no instrument converts it to EUR; add USDT/EUR" in told
    assert len(both(tmp_path, DCA, settings=("desk.account_currency=BTC",))) == 64


def test_the_faults_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    told = both(tmp_path, DCA + "oops: 1\n", BLUEPRINT + "oops: 1\n", settings=("risk.oops=1",))
    assert len(told.splitlines()) == 3


def test_the_hash_tells_decisions_apart_and_not_places(tmp_path: Path) -> None:
    usual = both(tmp_path, BLUEPRINT, DCA)
    assert len(usual) == 64
    assert both(tmp_path, DCA, BLUEPRINT) == usual
    assert both(tmp_path, BLUEPRINT, DCA, settings=(f"storage.path={tmp_path}",)) == usual
    assert both(tmp_path, BLUEPRINT, DCA, settings=("risk.max_open_trades=5",)) != usual
    assert both(tmp_path, changed(BLUEPRINT, "trail_distance: 0.01", "trail_distance: 0.011"), DCA) != usual
