"""What a parameter takes, in words: its type, its unit, its default and the range it must lie in."""

import types
import typing
from collections.abc import Iterator, Mapping
from decimal import Decimal
from enum import Enum

from annotated_types import Ge, Gt, Le, Lt, MaxLen, MinLen, MultipleOf
from pydantic import BaseModel, TypeAdapter
from pydantic.fields import FieldInfo

from desk.contracts.dto import Symbol
from desk.contracts.manifests import TextFile

_SYMBOL_PATTERN = TypeAdapter(Symbol).json_schema()["pattern"]
_TYPE_WORDS: Mapping[object, str] = {
    Decimal: "number",
    int: "whole number",
    bool: "true or false",
    str: "text",
}


def type_words(field: FieldInfo) -> str:
    """Say what a parameter takes, in words."""
    if _is_file(field):
        return "a file"
    return " or ".join(dict.fromkeys(_words(field.annotation)))


def range_words(field: FieldInfo) -> str:
    """Say within which bounds a parameter must lie; empty where its type is the only bound."""
    if _is_file(field):
        return ""
    bounds = [*field.metadata, *_inner_bounds(field.annotation)]
    words = [word for bound in bounds for word in _bound_words(bound)]
    return ", ".join(dict.fromkeys([*words, *_item_words(field.annotation)]))


def _is_file(field: FieldInfo) -> bool:
    """Tell whether a file is named, whose own lines are checked when it is read."""
    return any(isinstance(one, TextFile) for one in field.metadata)


def unit_words(field: FieldInfo) -> str:
    """Say what a parameter counts in."""
    extra = field.json_schema_extra
    return str(extra.get("unit", "")) if isinstance(extra, dict) else ""


def default_words(field: FieldInfo) -> str:
    """Say what a parameter is where nobody sets it."""
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True, validated_data={})
    if value is None:
        return "none"
    return str(value.value if isinstance(value, Enum) else value)


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


def _inner_bounds(annotation: object) -> Iterator[object]:
    """Return the bounds that stand within a type: `Fraction | None` has those of a fraction."""
    origin = typing.get_origin(annotation)
    if origin in {typing.Union, types.UnionType}:
        for member in typing.get_args(annotation):
            yield from _inner_bounds(member)
    if origin is typing.Annotated:
        first, *rest = typing.get_args(annotation)
        yield from _inner_bounds(first)
        for bound in rest:
            yield from bound.metadata if isinstance(bound, FieldInfo) else (bound,)


def _item_words(annotation: object) -> Iterator[str]:
    """Say the bounds of what stands in a list, field by field."""
    if typing.get_origin(annotation) in {list, tuple}:
        item = typing.get_args(annotation)[0]
        fields = item.model_fields if isinstance(item, type) and issubclass(item, BaseModel) else {}
        for name, field in fields.items():
            bounds = range_words(field)
            if bounds:
                yield f"{name} {bounds}"


def _bound_words(bound: object) -> Iterator[str]:
    match bound:
        case Ge():
            yield f"at least {bound.ge}"
        case Gt():
            yield f"above {bound.gt}"
        case Le():
            yield f"at most {bound.le}"
        case Lt():
            yield f"below {bound.lt}"
        case MultipleOf():
            yield f"a multiple of {bound.multiple_of}"
        case MinLen():
            yield f"{bound.min_length} or more long"
        case MaxLen():
            yield f"{bound.max_length} or less long"
        case _:
            pattern = getattr(bound, "pattern", None)
            if pattern == _SYMBOL_PATTERN:
                yield "such as BTC/USDT or BTC/USDT:USDT"
            elif isinstance(pattern, str):
                yield f"of the form {pattern}"
