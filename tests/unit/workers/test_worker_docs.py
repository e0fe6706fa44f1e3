"""The pages about workers name every parameter with the default it has."""

import re
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic_core import PydanticUndefined

from desk.contracts.manifests import WorkerCategory
from desk.workers.registry import offered_workers, worker_class

PAGES = Path(__file__).parents[3] / "docs" / "workers"
NO_WORKERS = {"README", "direct_mode", "together"}
ROW = re.compile(r"^\| `(\w+)` \| (\S+) \|", re.MULTILINE)


@pytest.mark.parametrize(
    "name", sorted(page.stem for page in PAGES.glob("*.md") if page.stem not in NO_WORKERS)
)
def test_a_page_lists_the_parameters_as_they_are(name: str) -> None:
    page = (PAGES / f"{name}.md").read_text(encoding="utf-8")
    fields = worker_class(name).manifest.parameters.model_fields
    assert ROW.findall(page) == [(key, written(field.default)) for key, field in fields.items()]


def written(default: object) -> str:
    """Write a default as the pages do."""
    if default is PydanticUndefined:
        return "required"
    if default is None:
        return "unset"
    if isinstance(default, bool):
        return str(default).lower()
    return f"{default.normalize():f}" if isinstance(default, Decimal) else str(default)


def test_every_worker_has_its_page_and_its_line_in_the_taxonomy() -> None:
    taxonomy = (PAGES / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| \[(\w+)\]\((\w+)\.md\) \| (\w+) \| \w.+ \|$", taxonomy, re.MULTILINE)
    workers = offered_workers().manifests.values()
    assert sorted(rows) == sorted((one.name, one.name, one.category.value) for one in workers)
    assert all((PAGES / f"{page}.md").is_file() for _, page, _ in rows)


def test_every_worker_that_looks_after_positions_is_shown_at_work() -> None:
    lifecycle = {
        WorkerCategory.DYNAMIC_MANAGEMENT, WorkerCategory.RISK_CONTROL, WorkerCategory.SCHEDULED_OPERATIONS,
    }  # fmt: skip
    for name, manifest in offered_workers().manifests.items():
        if manifest.category in lifecycle and (PAGES / f"{name}.md").exists():
            assert f"(pictures/{name}.svg)" in (PAGES / f"{name}.md").read_text(encoding="utf-8")
            picture = (PAGES / "pictures" / f"{name}.svg").read_text(encoding="utf-8")
            assert picture.startswith("<svg ")
            assert "<script" not in picture
