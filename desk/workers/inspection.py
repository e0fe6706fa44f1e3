"""A worker from outside looked at before anything starts: every fault with its file, line, key and remedy."""

import inspect
import re
import typing
from collections.abc import Iterator, Mapping
from itertools import chain

from pydantic.fields import FieldInfo

from desk.contracts import events
from desk.contracts.envelope import DispositionEnvelope
from desk.contracts.events import PLANNER_ONLY, PLATFORM_ONLY, RESERVED_PREFIXES
from desk.contracts.manifests import Parameters, WorkerCategory, WorkerManifest
from desk.contracts.problems import Problem
from desk.workers.base import Worker
from desk.workers.handler_payload import payload_fault
from desk.workers.plugin_source import Key, PluginSource

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_EVENT = re.compile(r"[A-Z][A-Z0-9_]+[A-Z0-9]")
_FOR_RISK_CONTROL = frozenset({events.ENTRIES_BLOCKED, events.ENTRIES_RELEASED})

Fault = tuple[Key, str, str]
"""The key it is about, what is wrong, and what to write instead."""


def faults_of(found: type[object]) -> tuple[Problem, ...]:
    """Return what keeps a class from being run as a worker, in the order of its file."""
    manifest = getattr(found, "manifest", None)
    if not issubclass(found, Worker):
        what = f"{found.__name__} does not derive from desk.workers.base.Worker"
        faults: Iterator[Fault] = iter([((), what, f"write `class {found.__name__}(Worker):`")])
    elif not isinstance(manifest, WorkerManifest):
        what = f"{found.__name__} declares no manifest"
        faults = iter(
            [(("manifest",), what, "write `manifest = WorkerManifest(name=..., ...)` in the class")]
        )
    else:
        faults = chain(_of_fields(manifest), _of_class(found), _of_plans(found, manifest))
    source = PluginSource(found, getattr(manifest, "parameters", None))
    problems = [Problem(source.file, source.line(key), ".".join(key), what, to) for key, what, to in faults]
    return tuple(sorted(problems, key=lambda one: one.line or 0))


def _of_fields(manifest: WorkerManifest) -> Iterator[Fault]:
    """Check what a dataclass takes unseen: whether each field of a manifest is what it should be."""
    name: object = manifest.name
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        yield ("manifest", "name"), f"{name!r} is no name", "write small letters, digits and _"
    category: object = manifest.category
    if not isinstance(category, WorkerCategory):
        known = ", ".join(WorkerCategory)
        yield (
            ("manifest", "category"),
            f"{category!r} is no WorkerCategory",
            f"write WorkerCategory., one of {known}",
        )
    summary: object = manifest.summary
    if not isinstance(summary, str) or not summary.strip():
        yield ("manifest", "summary"), "says nothing", "write what the worker does, in one sentence"
    state: object = manifest.state
    if not isinstance(state, Mapping) or not all(isinstance(one, str) for one in chain(*state.items())):
        yield (
            ("manifest", "state"),
            "is no mapping of text to text",
            "write {key: what is remembered under it}",
        )


def _of_class(found: type[Worker]) -> Iterator[Fault]:
    missing = sorted(getattr(found, "__abstractmethods__", ()))
    if missing:
        yield (), f"{found.__name__} leaves abstract: {', '.join(missing)}", "write those methods"
    if not _takes(found.__init__, 3):
        what = "does not take (parameters, context)"
        yield ("__init__",), what, "write `def __init__(self, parameters, context):`"


def _of_plans(found: type[Worker], manifest: WorkerManifest) -> Iterator[Fault]:
    yield from _of_handlers(found, manifest.handlers)
    yield from _of_publications(manifest)
    yield from _of_parameters(manifest.parameters)


def _of_handlers(found: type[Worker], handlers: object) -> Iterator[Fault]:
    key: Key = ("manifest", "handlers")
    if not isinstance(handlers, Mapping) or not all(isinstance(one, str) for one in chain(*handlers.items())):
        yield key, "is no mapping of event names to method names", "write {TICK_RECEIVED: 'on_tick'}"
        return
    if not handlers:
        yield key, "names no event, so that the worker is never called", "write {TICK_RECEIVED: 'on_tick'}"
    for event, method in handlers.items():
        if event.startswith(RESERVED_PREFIXES):
            yield (*key, event), f"the event {event} is reserved to the platform", _HEAR_ANOTHER
        elif not _EVENT.fullmatch(event):
            yield (
                (*key, event),
                f"{event!r} is no event name",
                "write UPPER_SNAKE of at least three characters",
            )
        yield from _of_method(found, (*key, event), event, method)


_HEAR_ANOTHER = "hear TICK_RECEIVED, BAR_CLOSED, TRADE_EXECUTED, DESK_STATE_CHANGED or another public event"


def _of_method(found: type[Worker], key: Key, event: str, method: str) -> Iterator[Fault]:
    handler = inspect.getattr_static(found, method, None)
    if not inspect.isfunction(handler):
        what = f"hands {event} to {method}, which is no method of {found.__name__}"
        yield key, what, f"write `def {method}(self, payload) -> DispositionEnvelope:`"
    elif inspect.iscoroutinefunction(handler) or inspect.isgeneratorfunction(handler):
        yield (method,), "is async or yields, and the bus waits for nobody", "write a plain function"
    elif not _takes(handler, 2):
        what = f"takes {inspect.signature(handler)}, and is called with the payload of {event} alone"
        yield (method,), what, f"write `def {method}(self, payload) -> DispositionEnvelope:`"
    elif not _returns_envelope(handler):
        yield (method,), *_of_answer(inspect.signature(handler).return_annotation)
    elif (fault := payload_fault(handler, event)) is not None:
        yield (method,), *fault


def _of_answer(told: typing.Any) -> tuple[str, str]:  # noqa: ANN401 - anything can be written in a class
    """Say what is wrong with what a method says that it returns, and what to write instead."""
    ways = "and return its .CONTINUE, .publish(...) or .stop(...)"
    if told is inspect.Signature.empty:
        return "does not say what it returns", f"write `-> DispositionEnvelope:`, {ways}"
    what = f"says that it returns {getattr(told, '__name__', told)}, not a DispositionEnvelope"
    return what, f"write `-> DispositionEnvelope:`, {ways}"


def _takes(function: typing.Any, count: int) -> bool:  # noqa: ANN401 - anything can be written in a class
    """Tell whether a function can be called with `count` plain arguments, `self` among them."""
    try:
        inspect.signature(function).bind(*range(count))
    except (TypeError, ValueError):
        return False
    return True


def _returns_envelope(handler: typing.Any) -> bool:  # noqa: ANN401 - as above
    """Tell whether a method says that it returns an envelope; saying nothing is not enough."""
    told = inspect.signature(handler).return_annotation
    if told is DispositionEnvelope:
        return True
    return isinstance(told, str) and told.rpartition(".")[2].strip("'\"") == DispositionEnvelope.__name__


def _of_publications(manifest: WorkerManifest) -> Iterator[Fault]:
    key: Key = ("manifest", "publishes")
    names: object = manifest.publishes
    if not isinstance(names, frozenset) or not all(isinstance(one, str) for one in names):
        yield key, "is no frozenset of event names", "write frozenset({THREAT_DETECTED}), or frozenset()"
        return
    for name in sorted(manifest.publishes):
        if name in PLATFORM_ONLY or name.startswith(RESERVED_PREFIXES):
            yield key, f"only the platform publishes {name}", "remove it; publish a signal or a directive"
        elif name in PLANNER_ONLY:
            yield key, f"only a planner publishes {name}", "remove it; say in the directive what is wanted"
        elif name in _FOR_RISK_CONTROL and manifest.category is not WorkerCategory.RISK_CONTROL:
            yield key, f"only RISK_CONTROL publishes {name}", "remove it, or make the worker RISK_CONTROL"
        elif not _EVENT.fullmatch(name):
            yield key, f"{name!r} is no event name", "write UPPER_SNAKE of at least three characters"


def _of_parameters(model: object) -> Iterator[Fault]:
    key: Key = ("manifest", "parameters")
    if not isinstance(model, type) or not issubclass(model, Parameters):
        what = f"{getattr(model, '__name__', model)} is no model of parameters"
        yield key, what, "derive it from desk.contracts.manifests.Parameters"
        return
    for name, field in model.model_fields.items():
        if not field.description or _unit(field) is None:
            what = f"{name} has no {'unit' if field.description else 'description'}"
            yield (*key, name), what, f"write `{name}: ... = parameter(DEFAULT, UNIT, DESCRIPTION)`"


def _unit(field: FieldInfo) -> str | None:
    extra = field.json_schema_extra
    unit = extra.get("unit") if isinstance(extra, dict) else None
    return unit if isinstance(unit, str) else None
