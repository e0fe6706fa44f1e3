"""A worker may be a file beside its blueprint."""

import re
from pathlib import Path

import pytest

from desk.bootstrap.plugins import offered_plugins
from desk.config.blueprint_file import BlueprintFile
from desk.config.configuration import check_blueprint
from desk.config.yaml_loader import load_document
from desk.contracts.problems import InputRefused
from tests.builders.config import DCA, changed, written

WORKER = """\
from desk.contracts.envelope import DispositionEnvelope
from desk.contracts.events import TICK_RECEIVED
from desk.contracts.manifests import Parameters, WorkerCategory, WorkerManifest, parameter
from desk.workers.base import Worker


class QuietParameters(Parameters):
    patience_s: int = parameter(5, "s", "How long it does nothing.", gt=0)


class Quiet(Worker):
    manifest = WorkerManifest(
        name="quiet",
        category=WorkerCategory.THREAT,
        summary="Does nothing.",
        handlers={TICK_RECEIVED: "on_tick"},
        publishes=frozenset(),
        parameters=QuietParameters,
    )

    def on_tick(self, tick: object) -> DispositionEnvelope:
        return DispositionEnvelope.CONTINUE
"""
USE = "  - use: quiet.py:Quiet\n    parameters: {patience_s: 7}\n"

V2_WORKER = """\
class Quiet:
    manifest = {"identification": {"type": "ExecutionWorker", "subtype": "RISK_SAFETY"}}
"""


def checked(folder: Path, worker: str = WORKER, use: str = USE) -> BlueprintFile:
    written(folder, "quiet.py", worker)
    blueprint = written(folder, "blueprint.yaml", changed(DCA, "planners:\n", f"{use}planners:\n"))
    return check_blueprint(load_document(blueprint), offered_plugins())


def test_a_worker_beside_its_blueprint_is_used(tmp_path: Path) -> None:
    file = checked(tmp_path)
    assert file.workers[1].manifest.name == "quiet"
    assert file.workers[1].parameters.model_dump() == {"patience_s": 7}
    assert file.by_path["quiet.py:Quiet"].__name__ == "Quiet"


@pytest.mark.parametrize(
    ("worker", "use", "told"),
    [
        (WORKER, changed(USE, "quiet.py", "gone.py"), "gone.py: there is no such file"),
        (WORKER, changed(USE, ":Quiet", ":Quite"), "did you mean `Quiet`?"),
        ("", USE, "quiet.py: has no class Quiet; write a subclass of desk.workers.base.Worker"),
        (WORKER, changed(USE, ":Quiet", ":Worker"), "Worker declares no manifest"),
        (WORKER, changed(USE, "patience_s", "patience"), "did you mean `patience_s`?"),
        ("import nothing_like_it", USE, "does not load: ModuleNotFoundError"),
        ("1 / 0", USE, "does not load: ZeroDivisionError"),
        ("(", USE, "does not load: SyntaxError"),
        (
            V2_WORKER,
            USE,
            "Quiet is a V2 ExecutionWorker of RISK_SAFETY, which is not supported; make it a RISK",
        ),
        (changed(V2_WORKER, "ExecutionWorker", "Other"), USE, "Quiet is a mapping; write a WorkerManifest"),
    ],
)
def test_a_file_that_is_no_worker_is_told_where_the_blueprint_names_it(
    tmp_path: Path, worker: str, use: str, told: str
) -> None:
    with pytest.raises(InputRefused) as caught:
        checked(tmp_path, worker, use)
    text = str(caught.value)
    assert re.search(rf"blueprint\.yaml:\d+: workers\.1\.\S+ .*{re.escape(told)}", text)
    assert len(text.splitlines()) == 1
