"""Blueprints that choose among all planners: ranges, parameters and bars, checked before anything starts."""

import re
from pathlib import Path

import pytest

from desk.bootstrap.plugins import offered_plugins
from desk.bootstrap.strategies import bars_needed, planner_sets
from desk.config.blueprint_file import BlueprintFile
from desk.config.configuration import check_blueprint
from desk.config.yaml_loader import parse_document
from desk.contracts.manifests import BarsNeeded
from desk.contracts.plans import PlanRole
from desk.contracts.problems import InputRefused

PLUGINS = offered_plugins()
HEAD = """\
name: trend
symbols: [BTC/USDT:USDT, ETH/USDT:USDT]
workers: [{use: trailing_stop_manager}]
"""
PAGE = (Path(__file__).parents[3] / "docs" / "planners.md").read_text(encoding="utf-8")
(EXAMPLE,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


def checked(planners: str) -> BlueprintFile:
    return check_blueprint(parse_document(HEAD + planners, "blueprint.yaml"), PLUGINS)


def refusal(planners: str) -> str:
    with pytest.raises(InputRefused) as caught:
        checked(planners)
    return str(caught.value)


def test_the_example_of_the_page_is_a_blueprint() -> None:
    file = checked(EXAMPLE)
    assert [use.manifest.name for use in file.planners[PlanRole.EXIT]] == ["atr_exit", "structure_exit"]
    names = {one.name for one in planner_sets([file])["trend"].every()}
    assert names >= {"stop_limit", "limit", "volatility_target", "atr_exit", "structure_exit", "patient"}


def test_every_symbol_of_a_blueprint_gets_the_bars_its_planners_read() -> None:
    symbols = ("BTC/USDT:USDT", "ETH/USDT:USDT")
    needed = bars_needed([checked(EXAMPLE)])
    assert {(one.symbol, one.count) for one in needed} == {
        (symbol, count) for symbol in symbols for count in (57, 97, 100)
    }
    assert BarsNeeded("ETH/USDT:USDT", 900_000, 97) in needed


WITHOUT_BARS = """\
planners:
  entry: [{use: stop_limit}]
  size: [{use: fixed_fraction}]
  exit: [{use: stop_and_target}]
"""


def test_planners_that_read_none_ask_for_none() -> None:
    assert bars_needed([checked(WITHOUT_BARS)]) == []


GAP = """\
planners:
  entry:
    - {use: stop_limit, when: {confidence: [0.8, 1]}}
    - {use: market, when: {confidence: [0.3, 0.7]}}
  size:
    - {use: fixed_fraction, when: {aggressiveness: [0.5, 1]}}
  exit:
    - {use: atr_exit, when: {profit_taking_preference: [0, 0.6]}}
    - {use: structure_exit, when: {profit_taking_preference: [0.4, 1]}}
"""


def test_gaps_and_overlaps_are_named_with_their_lines() -> None:
    told = refusal(GAP)
    for line, what in (
        (5, "no entry planner where confidence is 0 to under 0.3"),
        (5, "no entry planner where confidence is over 0.7 to under 0.8"),
        (8, "no size planner where aggressiveness is 0 to under 0.5"),
        (
            10,
            "atr_exit and structure_exit both hold where profit_taking_preference is 0.4 to 0.6",
        ),
    ):
        assert re.search(rf"blueprint\.yaml:{line}\b.*{re.escape(what)}", told), what


@pytest.mark.parametrize(
    ("role", "use", "what"),
    [
        ("size", "{use: fixed_fraction, parameters: {fraction: 2}}", "needs a leverage of as much"),
        ("size", "{use: volatility_target, parameters: {horizon: week}}", "day"),
        ("size", "{use: volatility_target, parameters: {target: 0}}", "target"),
        (
            "exit",
            "{use: structure_exit, parameters: {swing_bars: 5, lookback_bars: 8}}",
            "lookback_bars must be",
        ),
        ("exit", "{use: atr_exit, parameters: {max_hold_s: 0}}", "max_hold_s"),
        ("exit", "{use: atr_exit, parameters: {stop_multiple: .nan}}", "stop_multiple"),
        ("entry", "{use: stop_limit, parameters: {offset: 1.5}}", "offset"),
        ("entry", "{use: stop_limt}", "stop_limit"),
        ("exit", "{use: stop_limit}", "there is no exit planner"),
    ],
)
def test_bad_parameters_are_one_line_with_file_line_and_key(role: str, use: str, what: str) -> None:
    given = {"entry": "{use: market}", "size": "{use: fixed_risk}", "exit": "{use: stop_and_target}"} | {
        role: use
    }
    told = refusal("planners:\n" + "".join(f"  {one}: [{text}]\n" for one, text in given.items()))
    (line,) = told.splitlines()
    assert f"blueprint.yaml:{5 + list(given).index(role)}" in line
    assert what in line
