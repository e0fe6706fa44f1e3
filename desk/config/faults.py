"""From a model's refusal to lines an operator can act on: file, line, key, what is wrong, what to write."""

import difflib
import types
import typing
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails, PydanticCustomError

from desk.config.document import Document, KeyPath, shown
from desk.contracts.dto import Symbol
from desk.contracts.problems import InputRefused, Problem

ModelType = TypeVar("ModelType", bound=BaseModel)

FAULT = "fault"
_SYMBOL_PATTERN = TypeAdapter(Symbol).json_schema()["pattern"]
_CLOSE = 0.6  # not money: how alike two words are
_SECRET_WORDS = ("secret", "key", "password", "token")

_EXPECTED: Mapping[str, str] = {
    "bool_type": "true or false",
    "int_type": "a whole number",
    "decimal_type": "a number",
    "decimal_parsing": "a number",
    "string_type": "text",
    "dict_type": "a mapping (`key: value` lines)",
    "model_type": "a mapping (`key: value` lines)",
    "model_attributes_type": "a mapping (`key: value` lines)",
    "list_type": "a list (`- value` lines)",
    "tuple_type": "a list (`- value` lines)",
}
_BOUNDS: Mapping[str, tuple[str, str]] = {
    "greater_than": ("above", "gt"),
    "greater_than_equal": ("at least", "ge"),
    "less_than": ("below", "lt"),
    "less_than_equal": ("at most", "le"),
    "multiple_of": ("a multiple of", "multiple_of"),
}


def fault(what: str, remedy: str) -> PydanticCustomError:
    """Build the error a model's own rule raises: what is wrong, and what to write instead."""
    return PydanticCustomError(FAULT, "{what}", {"what": what, "remedy": remedy})


def validated(document: Document, model: type[ModelType], path: KeyPath = ()) -> ModelType:
    """Build `model` from the document's value at `path`; raises InputRefused with every fault."""
    try:
        return model.model_validate_json(document.json(path))
    except ValidationError as error:
        raise InputRefused(*problems_of(error, document, model, path)) from None


def problems_of(
    error: ValidationError, document: Document, model: type[BaseModel], path: KeyPath = ()
) -> list[Problem]:
    """Turn a model's refusal of the value at `path` into one problem per fault, in the file's order."""
    details = error.errors(include_url=False)
    first_at_key: dict[str, Problem] = {}
    for detail in details:
        if _is_echo(detail, details):
            continue
        problem = _problem(detail, document, model, path)
        first_at_key.setdefault(problem.key, problem)
    return sorted(first_at_key.values(), key=lambda problem: problem.line or 0)


def _is_echo(detail: ErrorDetails, details: Iterable[ErrorDetails]) -> bool:
    """Tell whether a list is called too short only because entries that are there are wrong."""
    loc = detail["loc"]
    return detail["type"] == "too_short" and any(
        len(one["loc"]) > len(loc) and one["loc"][: len(loc)] == loc for one in details
    )


def folded(name: str) -> str:
    """Return a name without what spellings differ in: case, `_` and `-`."""
    return name.replace("_", "").replace("-", "").casefold()


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word closest to a misspelt one, None where nothing is close."""
    by_folded = {folded(one): one for one in known}
    close = difflib.get_close_matches(folded(word), by_folded, n=1, cutoff=_CLOSE)
    return by_folded[close[0]] if close else None


def suggestion(word: str, known: Iterable[str], otherwise: str) -> str:
    """Ask for the nearest known word, or list what is known."""
    names = list(known)
    close = nearest(word, names)
    if close is not None:
        return f"did you mean `{close}`?"
    return f"{otherwise}: {', '.join(names)}" if names else otherwise


def _problem(detail: ErrorDetails, document: Document, model: type[BaseModel], prefix: KeyPath) -> Problem:
    loc = _written(model, detail["loc"])
    if len(loc) < len(detail["loc"]) and detail["type"] != FAULT and detail["loc"][-1] != "[key]":
        # One of several things was possible; each would complain. The operator is told once what all are.
        field = _field_at(model, loc)
        what = f"unknown value {_shown_unless_secret(detail['input'], loc)}"
        return document.problem((*prefix, *loc), what, f"write {_description(field)}")
    what, remedy = _told(detail, model, loc)
    return document.problem((*prefix, *loc), what, remedy)


def _written(model: type[BaseModel], loc: KeyPath) -> KeyPath:
    """Return the part of a location that an operator wrote, without pydantic's marks of keys and unions."""
    annotation: Any = model
    for length, step in enumerate(loc):
        if step == "[key]":
            return loc[:length]
        inner = _as_model(annotation)
        if inner is not None:
            field = inner.model_fields.get(str(step))
            annotation = field.annotation if field is not None else None
            continue
        item = _item_annotation(annotation)
        if item is None:
            return loc[:length]
        annotation = item
    return loc


def _told(detail: ErrorDetails, model: type[BaseModel], loc: KeyPath) -> tuple[str, str]:
    """Say what is wrong and what to write instead."""
    kind, context = detail["type"], detail.get("ctx", {})
    field = _field_at(model, loc)
    match kind:
        case "fault":
            return str(context["what"]), str(context["remedy"])
        case "missing":
            return "is missing", f"add it: {_description(field)}"
        case "extra_forbidden":
            return "unknown key", suggestion(str(loc[-1]), _keys_at(model, loc[:-1]), "remove it; known here")
        case "enum" | "literal_error":
            expected = str(context["expected"]).replace(" or ", ", ")
            return f"unknown value {_shown_unless_secret(detail['input'], loc)}", f"write one of {expected}"
        case "string_pattern_mismatch":
            is_symbol = context["pattern"] == _SYMBOL_PATTERN
            needed = "a symbol, such as BTC/USDT or BTC/USDT:USDT" if is_symbol else _description(field)
            return f"{_shown_unless_secret(detail['input'], loc)} has the wrong form", f"write {needed}"
        case _:
            is_entry = kind in {"model_type", "model_attributes_type"} and isinstance(loc[-1], int)
            needed = f"its keys: {', '.join(_keys_at(model, loc))}" if is_entry else _description(field)
            needed = f"true or false: {needed}" if kind == "bool_type" else needed
            return _wrong_value(detail, loc), f"write {needed}"


def _wrong_value(detail: ErrorDetails, loc: KeyPath) -> str:
    kind, context = detail["type"], detail.get("ctx", {})
    was = _shown_unless_secret(detail["input"], loc)
    if kind == "value_error":
        return _one_line(str(context["error"]))
    if kind in _EXPECTED:
        return f"expected {_EXPECTED[kind]}, was {was}"
    if kind in {"too_short", "too_long", "string_too_short"}:
        return _wrong_length(context)
    if kind in _BOUNDS:
        word, name = _BOUNDS[kind]
        return f"must be {word} {context[name]}, was {was}"
    told = "must be a finite number" if kind == "finite_number" else _one_line(detail["msg"])
    return f"{told}, was {was}"


def _wrong_length(context: Mapping[str, Any]) -> str:
    actual = context.get("actual_length")
    if not actual:
        return "is empty"
    most = context.get("max_length")
    wanted = f"needs at least {context['min_length']}" if most is None else f"may have at most {most}"
    return f"has {actual} entries, and {wanted}"


def _description(field: FieldInfo | None) -> str:
    if field is None or not field.description:
        return "what the documentation names"
    extra = field.json_schema_extra
    unit = extra.get("unit") if isinstance(extra, dict) else None
    text = field.description[:1].lower() + field.description[1:].rstrip(".")
    return f"{text} [{unit}]" if unit else text


def _shown_unless_secret(value: object, loc: KeyPath) -> str:
    if any(word in str(step) for step in loc for word in _SECRET_WORDS):
        return "something else"
    return shown(value)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _keys_at(model: type[BaseModel], loc: KeyPath) -> list[str]:
    found = _model_at(model, loc)
    return list(found.model_fields) if found is not None else []


def _field_at(model: type[BaseModel], loc: KeyPath) -> FieldInfo | None:
    """Find the field a location lies in: the innermost named one."""
    for length in range(len(loc), 0, -1):
        parent = _model_at(model, loc[: length - 1])
        if parent is not None and isinstance(loc[length - 1], str):
            return parent.model_fields.get(str(loc[length - 1]))
    return None


def _model_at(model: type[BaseModel], loc: KeyPath) -> type[BaseModel] | None:
    annotation: Any = model
    for step in loc:
        inner = _as_model(annotation)
        if inner is not None:
            field = inner.model_fields.get(str(step))
            annotation = field.annotation if field is not None else None
        else:
            annotation = _item_annotation(annotation)
    return _as_model(annotation)


def _as_model(annotation: Any) -> type[BaseModel] | None:  # noqa: ANN401 - an annotation can be anything
    for candidate in _members(annotation):
        if isinstance(candidate, type) and issubclass(candidate, BaseModel):
            return candidate
    return None


def _item_annotation(annotation: Any) -> Any:  # noqa: ANN401 - an annotation can be anything
    for candidate in _members(annotation):
        arguments = [one for one in typing.get_args(candidate) if one is not Ellipsis]
        if arguments and typing.get_origin(candidate) in {dict, Mapping, list, tuple}:
            return arguments[-1]
    return None


def _members(annotation: Any) -> list[Any]:  # noqa: ANN401 - an annotation can be anything
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        return _members(typing.get_args(annotation)[0])
    if origin in {typing.Union, types.UnionType}:
        return [inner for member in typing.get_args(annotation) for inner in _members(member)]
    return [annotation]
