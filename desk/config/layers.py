"""Settings over the file: environment variables first, then `--set`; errors name where a value came from."""

import copy
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from desk.config.document import Document, KeyPath, Place, Value
from desk.config.yaml_loader import parse_value
from desk.contracts.problems import InputRefused, Problem

PREFIX = "DESK__"
OPTION = "--set"


@dataclass(frozen=True, slots=True)
class Setting:
    """Put `text`, read as YAML, at `steps`; `origin` is named in errors about it."""

    steps: tuple[str, ...]
    text: str
    origin: str


def settings_from_environment(environment: Mapping[str, str]) -> list[Setting]:
    """Read `DESK__SECTION__KEY` variables, in the order of their names; raises InputRefused."""
    found = []
    for name in sorted(environment):
        if not name.upper().startswith(PREFIX):
            continue
        steps = tuple(name[len(PREFIX) :].lower().split("__"))
        if not all(steps):
            problem = Problem(
                f"environment {name}", None, "", "a part of the name is empty", "write DESK__SECTION__KEY"
            )
            raise InputRefused(problem)
        found.append(Setting(steps, environment[name], f"environment {name}"))
    return found


def settings_from_options(texts: Iterable[str]) -> list[Setting]:
    """Read `dotted.key=value` texts, in order; raises InputRefused."""
    found = []
    for text in texts:
        name, sign, value = text.partition("=")
        steps = tuple(name.strip().split("."))
        if not sign or not all(steps):
            raise InputRefused(Problem(OPTION, None, "", f"{text!r} is no setting", "write dotted.key=value"))
        found.append(Setting(steps, value.strip(), OPTION))
    return found


def overlaid(document: Document, settings: Iterable[Setting]) -> Document:
    """Return a copy of `document` with the settings laid over it, later ones on top; raises InputRefused."""
    data = copy.deepcopy(document.data)
    places = dict(document.places)
    for setting in settings:
        value = _read(setting)
        path = _put(data, setting, value)
        for inner in [known for known in places if known[: len(path)] == path]:
            del places[inner]
        places[path] = Place(setting.origin)
    return Document(document.file, data, places)


def _read(setting: Setting) -> Value:
    try:
        return parse_value(setting.text, setting.origin, setting.steps)
    except InputRefused as refused:
        key = ".".join(setting.steps)
        problems = [replace(problem, line=None, key=problem.key or key) for problem in refused.problems]
        raise InputRefused(*problems) from None


def _put(data: dict[str, Value], setting: Setting, value: Value) -> KeyPath:
    """Write the value where the steps lead, making sections on the way; a list is entered by number."""
    here: Value = data
    path: KeyPath = ()
    for number, name in enumerate(setting.steps):
        step = _step(here, name)
        is_last = number == len(setting.steps) - 1
        if isinstance(here, dict) and isinstance(step, str):
            if is_last:
                here[step] = value
            elif here.get(step) is None:
                here[step] = {}
            here = here[step]
        elif isinstance(here, list) and isinstance(step, int):
            if is_last:
                here[step] = value
            here = here[step]
        else:
            key = ".".join(setting.steps)
            what = f"`{name}` leads nowhere: there is no section around it"
            raise InputRefused(
                Problem(setting.origin, None, key, what, "name a key of a section, or a list's number")
            )
        path = (*path, step)
    return path


def _step(here: Value, name: str) -> str | int | None:
    if isinstance(here, list):
        return int(name) if name.isdecimal() and int(name) < len(here) else None
    if isinstance(here, dict):
        # The environment is written in capitals: the file's spelling wins.
        return next((known for known in here if known.lower() == name.lower()), name)
    return None
