"""The worker that a test is about, loaded from the file beside it as a blueprint would load it."""

from pathlib import Path

from desk.config.worker_path import load_worker
from desk.contracts.problems import InputRefused, Problem
from desk.workers.base import Worker
from desk.workers.inspection import faults_of


def worker_beside(test_file: str, use: str) -> type[Worker]:
    """Return the worker that `use` names as FILE.py:ClassName, relative to the folder of `test_file`.

    Raises InputRefused, with the very line that a desk would refuse it by.
    """
    found = load_worker(use, Path(test_file).parent, faults_of).worker_class
    if not issubclass(found, Worker):
        raise InputRefused(Problem(use, None, "", "is no worker", "derive it from desk.workers.base.Worker"))
    return found
