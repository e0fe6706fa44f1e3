"""What a handler says that it takes, beside what its event hands it."""

import inspect
import types
import typing

from desk.contracts.payloads import PAYLOADS


def payload_fault(handler: types.FunctionType, event: str) -> tuple[str, str] | None:
    """Say what is wrong with the payload that a method takes, and what to write; None where nothing is.

    A base class of the payload, or a union with it, takes it; who says nothing takes anything.
    """
    payload = PAYLOADS.get(event)
    taken = [*inspect.signature(handler).parameters.values()][1]
    told = _resolved(handler, taken)
    if payload is None or _takes(told, payload):
        return None
    shown = taken.annotation if isinstance(taken.annotation, str) else inspect.formatannotation(told)
    name = f"*{taken.name}" if taken.kind is taken.VAR_POSITIONAL else taken.name
    write = f"def {handler.__name__}(self, {name}: {payload.__name__}) -> DispositionEnvelope:"
    return f"takes {shown}, and {event} brings it a {payload.__name__}", f"write `{write}`"


def _resolved(handler: types.FunctionType, taken: inspect.Parameter) -> typing.Any:  # noqa: ANN401 - anything can be written there
    """Return the type that is written for a parameter; what cannot be found out may be anything."""
    if taken.annotation is taken.empty:
        return typing.Any
    try:
        return typing.get_type_hints(handler).get(taken.name, typing.Any)
    except Exception:  # noqa: BLE001 - a name that only a type checker knows, or a plugin's own code
        return typing.Any


def _takes(told: typing.Any, payload: type[object]) -> bool:  # noqa: ANN401 - as above
    origin = typing.get_origin(told)
    if origin is typing.Annotated:
        return _takes(typing.get_args(told)[0], payload)
    if origin in {typing.Union, types.UnionType}:
        return any(_takes(one, payload) for one in typing.get_args(told))
    kind = origin or told
    try:
        return told is typing.Any or not isinstance(kind, type) or issubclass(payload, kind)
    except TypeError:  # a protocol: what it wants is seen when it is called
        return True
