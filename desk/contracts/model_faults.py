"""What a model says of values it does not take, in words that name the field, the value and what it takes."""

from collections.abc import Mapping
from decimal import Decimal

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from desk.contracts.dto import Currency, Symbol
from desk.contracts.signals import SignalType

_LONGEST_SHOWN = 40
_FORMS: Mapping[str, str] = {
    schema["pattern"]: schema["description"]
    for schema in (TypeAdapter[str](kind).json_schema() for kind in (Currency, SignalType, Symbol))
}


def model_fault(error: ValidationError) -> str:
    """Return the first fault in one line, such as `ThreatSignal.severity 2: should be at most 1`."""
    first, *others = error.errors(include_url=False)
    where = ".".join(str(step) for step in (error.title, *first["loc"]))
    more = f", and {len(others)} more" if others else ""
    return f"{where}{_told(first)}{more}"


def _told(fault: ErrorDetails) -> str:
    kind, context = fault["type"], fault.get("ctx", {})
    match kind:
        case "missing":
            return ": is missing"
        case "extra_forbidden":
            return ": is no field of it"
        case "value_error" | "assertion_error":
            return f": {context['error']}"
        case "string_pattern_mismatch":
            form = _FORMS.get(context["pattern"], f"text of the form {context['pattern']}")
            return f" {_shown(fault['input'])}: write {form}"
        case _:
            return f" {_shown(fault['input'])}: {fault['msg'].removeprefix('Input ')}"


def _shown(value: object) -> str:
    """Write a value shortly; of what is no plain value its kind, for its text is somebody else's code."""
    if type(value) is str:
        return repr(value if len(value) <= _LONGEST_SHOWN else f"{value[:_LONGEST_SHOWN]}...")
    if value is None or type(value) in {bool, int, float, Decimal}:
        return str(value)
    return f"of kind {type(value).__name__}"
