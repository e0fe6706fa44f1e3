"""The page about planners lists every planner, with every parameter and the default it has."""

import re
from decimal import Decimal
from enum import StrEnum
from pathlib import Path

import pytest
from pydantic_core import PydanticUndefined

from desk.contracts.plans import PlanRole
from desk.planning.matcher import DOMAINS
from desk.planning.registry import PLANNERS

PAGE = (Path(__file__).parents[3] / "docs" / "planners.md").read_text(encoding="utf-8")
PLANNER = re.compile(r"^\| `(\w+)` \| ([^|]+) \|$", re.MULTILINE)
PARAMETER = re.compile(r"^\| `(\w+)` \| (\S+) \| ([^|]*)\| ([^|]+) \|$", re.MULTILINE)


def section(role: PlanRole) -> str:
    """Return what the page says under the heading of a role."""
    return PAGE.split(f"\n## {role.capitalize()}\n")[1].split("\n## ")[0]


def told_of(name: str, role: PlanRole) -> str:
    """Return what the page says under the heading of a planner."""
    return section(role).split(f"\n### {name}\n")[1].split("\n### ")[0]


@pytest.mark.parametrize("role", PlanRole)
def test_every_planner_of_a_role_is_listed_as_it_presents_itself(role: PlanRole) -> None:
    known = {name: one.manifest.summary for name, one in PLANNERS.items() if one.manifest.role is role}
    assert dict(PLANNER.findall(section(role))) == known


PAGED = sorted(
    name
    for name, one in PLANNERS.items()
    if one.manifest.role is not PlanRole.ROUTING and name != "target_size"
)


@pytest.mark.parametrize("name", PAGED)
def test_a_planner_has_its_parameters_as_they_are(name: str) -> None:
    manifest = PLANNERS[name].manifest
    text = told_of(name, manifest.role)
    fields = manifest.parameters.model_fields
    assert PARAMETER.findall(text) == [
        (key, written(field.default), unit_of(field.json_schema_extra), field.description)
        for key, field in fields.items()
    ]
    assert "**When not to use it.**" in text
    assert "**Formula.**" in text or not fields


@pytest.mark.parametrize("role", PlanRole)
def test_what_planners_are_chosen_by_is_listed(role: PlanRole) -> None:
    fields = ", ".join(f"`{name}`" for name in DOMAINS[role])
    assert f"| {role} | {fields} |" in PAGE


def unit_of(extra: object) -> str:
    unit = extra.get("unit") if isinstance(extra, dict) else None
    return f"{unit} " if unit else ""


def written(default: object) -> str:
    """Write a default as the pages do."""
    if default is PydanticUndefined:
        return "required"
    if default is None:
        return "unset"
    if isinstance(default, bool):
        return str(default).lower()
    if isinstance(default, StrEnum):
        return default.value
    return f"{default.normalize():f}" if isinstance(default, Decimal) else str(default)
