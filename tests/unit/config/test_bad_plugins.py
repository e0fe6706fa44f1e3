"""A worker from outside that is not sound is refused in one line, with its file, line, key and remedy."""

import re
from pathlib import Path

import pytest

from desk.bootstrap.plugins import offered_plugins
from desk.config.blueprint_file import BlueprintFile
from desk.config.cautions import cautions_of
from desk.config.configuration import check_blueprint
from desk.config.cross_check import cross_check
from desk.config.platform_file import load_platform
from desk.config.yaml_loader import load_document
from desk.contracts.events import EVENT_NAMES
from desk.contracts.payloads import PAYLOADS
from desk.contracts.problems import InputRefused
from tests.builders.config import DCA, PLATFORM, changed, written

WORKER = """\
from desk.contracts.envelope import DispositionEnvelope
from desk.contracts.manifests import Parameters, WorkerCategory, WorkerManifest, parameter
from desk.workers.base import Worker


class QuietParameters(Parameters):
    patience_s: int = parameter(5, "s", "How long it does nothing.", gt=0)


class Quiet(Worker):
    manifest = WorkerManifest(
        name="quiet",
        category=WorkerCategory.THREAT,
        summary="Does nothing.",
        handlers={"TICK_RECEIVED": "on_tick"},
        publishes=frozenset(),
        parameters=QuietParameters,
    )

    def on_tick(self, tick: object) -> DispositionEnvelope:
        return DispositionEnvelope.CONTINUE
"""
USE = "  - use: quiet.py:Quiet\n    parameters: {patience_s: 7}\n"
METHOD = "    def on_tick(self, tick: object) -> DispositionEnvelope:\n"

BAD = {
    "no base class": (
        ("class Quiet(Worker)", "class Quiet"),
        r"quiet\.py:10: Quiet does not derive from desk",
    ),
    "no manifest": (
        ("    manifest = Work", "    other = Work"),
        r"quiet\.py:10: manifest: Quiet declares no manifest",
    ),
    "a name with capitals": (('"quiet"', '"Quiet"'), r"quiet\.py:12: manifest\.name: 'Quiet' is no name"),
    "a category in text": (
        ("WorkerCategory.THREAT", '"THREAT"'),
        r"quiet\.py:13: manifest\.category: 'THREAT' is no",
    ),
    "no summary": (('"Does nothing."', '""'), r"quiet\.py:14: manifest\.summary: says nothing"),
    "a missing method": (
        ('"on_tick"', '"on_tock"'),
        r"quiet\.py:15: manifest\.handlers\.TICK_RECEIVED: hands .* no method",
    ),
    "nothing heard": (
        ('{"TICK_RECEIVED": "on_tick"}', "{}"),
        r"quiet\.py:15: manifest\.handlers: names no event",
    ),
    "handlers as a list": (
        ('{"TICK_RECEIVED": "on_tick"}', "[]"),
        r"quiet\.py:15: manifest\.handlers: is no mapping",
    ),
    "a reserved event": (
        ("TICK_RECEIVED", "_flow_stop_success"),
        r"quiet\.py:15: .*_flow_stop_success is reserved",
    ),
    "an event of the system": (("TICK_RECEIVED", "SYSTEM_TICK"), r"quiet\.py:15: .*SYSTEM_TICK is reserved"),
    "an internal event": (("TICK_RECEIVED", "INTERNAL_TICK"), r"quiet\.py:15: .*INTERNAL_TICK is reserved"),
    "no event name": (("TICK_RECEIVED", "every tick"), r"quiet\.py:15: .*'every tick' is no event name"),
    "no payload taken": (("self, tick: object", "self"), r"quiet\.py:20: on_tick: takes \(self\)"),
    "more than a payload": (
        ("tick: object", "tick, book"),
        r"quiet\.py:20: on_tick: takes \(self, tick, book\)",
    ),
    "the payload of another event": (
        ("tick: object", "tick: WorkerManifest"),
        r"quiet\.py:20: on_tick: takes \S*Manifest, and TICK_RECEIVED brings it a Tick(?=; write `def )",
    ),
    "that payload in quotes": (
        ("tick: object", 'tick: "WorkerManifest | None"'),
        r"quiet\.py:20: on_tick: takes WorkerManifest \| None, and TICK_RECEIVED brings it a Tick",
    ),
    "another answer": (
        ("-> DispositionEnvelope", "-> bool"),
        r"quiet\.py:20: on_tick: says that it returns bool",
    ),
    "an answer not told": (
        (" -> DispositionEnvelope", ""),
        r"quiet\.py:20: on_tick: does not say what it returns(?=; write `-> DispositionEnvelope:`)",
    ),
    "an answer of None": (
        ("-> DispositionEnvelope", "-> None"),
        r"quiet\.py:20: on_tick: says that it returns None",
    ),
    "an async handler": (
        ("    def on_tick", "    async def on_tick"),
        r"quiet\.py:20: on_tick: is async or yields",
    ),
    "publishes as text": (
        ("frozenset()", '"THREAT_DETECTED"'),
        r"quiet\.py:16: manifest\.publishes: is no frozenset",
    ),
    "a name of the platform": (
        ("frozenset()", 'frozenset({"TRADE_EXECUTED"})'),
        r"quiet\.py:16: .*only the platform",
    ),
    "a plan": (
        ("frozenset()", 'frozenset({"SIZE_PLAN_CREATED"})'),
        r"quiet\.py:16: .*only a planner publishes",
    ),
    "a block": (
        ("frozenset()", 'frozenset({"ENTRIES_BLOCKED"})'),
        r"quiet\.py:16: .*only RISK_CONTROL publishes",
    ),
    "parameters of another kind": (
        ("parameters=QuietParameters", "parameters=dict"),
        r"quiet\.py:17: .*dict is no model",
    ),
    "a parameter without unit": (
        ('parameter(5, "s", "How long it does nothing.", gt=0)', "5"),
        r"quiet\.py:7: .*patience_s has no description",
    ),
    "a constructor of another kind": (
        (METHOD, f"    def __init__(self): ...\n{METHOD}"),
        r"quiet\.py:20: __init__: does not take",
    ),
    "a base class that is not there": (
        ("base import Worker", "base import Labourer"),
        r"quiet\.py:3: does not load: ImportError",
    ),
    "no syntax": (
        ("class Quiet(Worker):", "class Quiet(Worker:"),
        r"quiet\.py:10: does not load: SyntaxError",
    ),
    "an error when it loads": (
        ("class Quiet(W", "1 / 0\nclass Quiet(W"),
        r"quiet\.py:10: does not load: ZeroDivisionError",
    ),
    "a way out when it loads": (
        ("class Quiet(W", "raise SystemExit\nclass Quiet(W"),
        r"quiet\.py:10: does not load: SystemExit",
    ),
    "an interrupt when it loads": (
        ("class Quiet(W", "raise KeyboardInterrupt\nclass Quiet(W"),
        r"quiet\.py:10: does not load: KeyboardInterrupt",
    ),
    "the name of a worker of the desk": (
        ('"quiet"', '"dca_executor"'),
        r"calls it dca_executor, and the desk has a worker dca_executor",
    ),
    "that name in other words": (
        ('"quiet"', '"dcaexecutor"'),
        r"calls it dcaexecutor, and the desk has a worker dca_executor",
    ),
}


def checked(folder: Path, worker: str, use: str = USE) -> BlueprintFile:
    written(folder, "quiet.py", worker)
    blueprint = written(folder, "blueprint.yaml", changed(DCA, "planners:\n", f"{use}planners:\n"))
    return check_blueprint(load_document(blueprint), offered_plugins())


@pytest.mark.parametrize("name", BAD)
def test_an_unsound_worker_is_refused_in_one_line(name: str, tmp_path: Path) -> None:
    (old, new), told = BAD[name]
    with pytest.raises(InputRefused) as caught:
        checked(tmp_path, WORKER.replace(old, new))
    text = str(caught.value)
    assert re.fullmatch(rf"\S+blueprint\.yaml:\d+: workers\.1\.use: .*{told}.*; .+", text), text


@pytest.mark.parametrize(
    "taken",
    ["tick", "tick: Tick", "tick: 'Tick'", "tick: Bar | Tick", "tick: Any", "*tick: Tick", "tick: 'Unknown'"],
)
def test_a_handler_that_takes_the_payload_is_sound(taken: str, tmp_path: Path) -> None:
    imports = "from typing import Any\n\nfrom desk.contracts.market import Bar, Tick\n"
    assert checked(tmp_path, imports + WORKER.replace("tick: object", taken)).workers[1].name == "quiet"


def test_every_event_that_a_plugin_may_hear_says_what_it_brings() -> None:
    asked = {
        "PLAN_ENTRY_REQUESTED",
        "PLAN_SIZE_REQUESTED",
        "PLAN_EXIT_REQUESTED",
        "ROUTING_PLANNING_REQUESTED",
    }
    assert {one for one in EVENT_NAMES if not one.startswith("_")} - asked == PAYLOADS.keys()


def test_two_workers_of_one_name_are_refused(tmp_path: Path) -> None:
    written(tmp_path, "other.py", WORKER)
    use = f"{USE}  - use: other.py:Quiet\n    name: second\n"
    with pytest.raises(InputRefused) as caught:
        checked(tmp_path, WORKER, use)
    assert "the manifests of quiet.py:Quiet and other.py:Quiet both say quiet; give one" in str(caught.value)


def test_one_worker_may_be_used_twice(tmp_path: Path) -> None:
    use = f"{USE}  - use: quiet.py:Quiet\n    name: second\n"
    assert [one.name for one in checked(tmp_path, WORKER, use).workers[1:]] == ["quiet", "second"]


def test_an_event_that_nobody_publishes_is_a_caution(tmp_path: Path) -> None:
    (caution,) = cautions_of(checked(tmp_path, WORKER.replace("TICK_RECEIVED", "TICK_RECIEVED")))
    assert caution.what == "quiet hears TICK_RECIEVED, which nobody publishes"
    assert caution.remedy == "did you mean `TICK_RECEIVED`?"


def test_an_event_that_another_plugin_publishes_is_heard(tmp_path: Path) -> None:
    hearing = WORKER.replace("TICK_RECEIVED", "MOOD_CHANGED")
    telling = WORKER.replace('"quiet"', '"teller"').replace("frozenset()", 'frozenset({"MOOD_CHANGED"})')
    written(tmp_path, "teller.py", telling)
    file = checked(tmp_path, hearing, f"{USE}  - use: teller.py:Quiet\n")
    assert cautions_of(file) == ()


HOOKS = {
    "a check that fails": ("bars_needed", "1 / 0", "fails on them: ZeroDivisionError"),
    "a check that leaves": ("bars_needed", "exit(3)", "fails on them: SystemExit: 3"),
    "bars as a list": ("bars_needed", "[]", "answers with a list, not a tuple of Bars"),
    "a beat without length": ("wake_every_ms", "0", "answers with 0, not a whole number"),
    "one caution": ("cautions", "'careful'", "answers with 'careful', not a tuple of texts"),
}


@pytest.mark.parametrize("name", HOOKS)
def test_parameters_that_answer_nonsense_are_refused(name: str, tmp_path: Path) -> None:
    method, answer, told = HOOKS[name]
    hook = f"\n\n    def {method}(self):\n        return {answer}\n\n\nclass Quiet(W"
    with pytest.raises(InputRefused) as caught:
        checked(tmp_path, WORKER.replace("\n\n\nclass Quiet(W", hook))
    text = str(caught.value)
    assert re.fullmatch(rf"\S+\.yaml:\d+: workers\.1\.parameters: .*{told}.*; mend the plugin", text), text


def test_two_blueprints_may_share_a_worker_and_not_a_name(tmp_path: Path) -> None:
    first = checked(tmp_path, WORKER)
    (tmp_path / "more").mkdir(mode=0o755)
    shared = changed(changed(DCA, "planners:\n", f"{USE}planners:\n"), "name: ", "name: other-")
    again = written(tmp_path, "again.yaml", shared)
    with pytest.raises(InputRefused) as caught:
        cross_check(
            load_platform(written(tmp_path, "platform.yaml", PLATFORM), (), {}).platform,
            [
                first,
                check_blueprint(load_document(again), offered_plugins()),
                checked(tmp_path / "more", WORKER),
            ],
        )
    told = [one for one in str(caught.value).splitlines() if "both say" in one]
    assert len(told) == 1
    assert "more/blueprint.yaml" in told[0]
    assert told[0].endswith("both say quiet; give one of the manifests another name")
