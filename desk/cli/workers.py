"""`desk workers`: what workers there are, and what one takes, hears, publishes and keeps."""

import types
import typing
from collections.abc import Mapping, Sequence
from decimal import Decimal
from enum import Enum

from pydantic.fields import FieldInfo

from desk.cli.output import ExitCode, say, say_json, table
from desk.config.blueprint_file import named
from desk.config.faults import suggestion
from desk.contracts.manifests import WorkerCategory, WorkerManifest
from desk.contracts.problems import InputRefused, Problem

_TYPE_WORDS: Mapping[object, str] = {
    Decimal: "number",
    int: "whole number",
    bool: "true or false",
    str: "text",
}


def command(name: str | None, *, as_json: bool) -> int:
    """List the workers, or show the named one; raises InputRefused for a name nobody has."""
    from desk.workers.registry import offered_workers

    manifests = offered_workers().manifests
    if name is None:
        _list(list(manifests.values()), as_json=as_json)
        return ExitCode.DONE
    found = named(name, manifests)
    if found is None:
        remedy = suggestion(name, manifests, "write one of")
        raise InputRefused(Problem("desk workers", None, "", f"there is no worker {name!r}", remedy))
    if as_json:
        say_json(_fields(found))
    else:
        _show(found)
    return ExitCode.DONE


def _list(manifests: Sequence[WorkerManifest], *, as_json: bool) -> None:
    categories = list(WorkerCategory)
    ordered = sorted(manifests, key=lambda one: (categories.index(one.category), one.name))
    if as_json:
        say_json({"workers": [_fields(manifest) for manifest in ordered]})
        return
    say(table([(one.name, one.category.value, one.summary) for one in ordered]))


def _fields(manifest: WorkerManifest) -> dict[str, object]:
    return {
        "name": manifest.name,
        "category": manifest.category.value,
        "summary": manifest.summary,
        "hears": sorted(manifest.handlers),
        "publishes": sorted(manifest.publishes),
        "parameters": [
            {
                "name": name,
                "type": type_words(field),
                "unit": _unit(field),
                "default": None if field.is_required() else _default(field),
                "required": field.is_required(),
                "description": field.description or "",
            }
            for name, field in manifest.parameters.model_fields.items()
        ],
        "state": dict(manifest.state),
    }


def _show(manifest: WorkerManifest) -> None:
    say(f"{manifest.name} ({manifest.category.value})")
    say(f"  {manifest.summary}")
    say(f"\nhears      {', '.join(sorted(manifest.handlers)) or 'nothing'}")
    say(f"publishes  {', '.join(sorted(manifest.publishes)) or 'nothing'}")
    fields = manifest.parameters.model_fields
    if fields:
        rows = [("parameter", "type", "unit", "default", "meaning")]
        for name, field in fields.items():
            default = "required" if field.is_required() else _default(field)
            rows.append((name, type_words(field), _unit(field), default, field.description or ""))
        say("\n" + table(rows))
    if manifest.state:
        say("\n" + table([("keeps", "meaning"), *manifest.state.items()]))


def type_words(field: FieldInfo) -> str:
    """Say what a parameter takes, in words."""
    return " or ".join(dict.fromkeys(_words(field.annotation)))


def _words(annotation: object) -> list[str]:
    origin = typing.get_origin(annotation)
    if origin in {typing.Union, types.UnionType}:
        return [word for member in typing.get_args(annotation) for word in _words(member)]
    if origin is typing.Annotated:
        return _words(typing.get_args(annotation)[0])
    if origin is typing.Literal:
        return [str(value) for value in typing.get_args(annotation)]
    return [_word(annotation, origin)]


def _word(annotation: object, origin: object) -> str:
    if annotation is type(None):
        return "nothing"
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return " or ".join(str(member.value) for member in annotation)
    return "a list" if origin in {list, tuple} else _TYPE_WORDS.get(annotation, "a mapping")


def _unit(field: FieldInfo) -> str:
    extra = field.json_schema_extra
    return str(extra.get("unit", "")) if isinstance(extra, dict) else ""


def _default(field: FieldInfo) -> str:
    value = field.get_default(call_default_factory=True, validated_data={})
    if value is None:
        return "none"
    return str(value.value if isinstance(value, Enum) else value)
