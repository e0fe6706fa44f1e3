"""Platform and blueprints against each other: what one names, the other must have."""

from collections.abc import Iterator, Sequence

from desk.config.blueprint_file import BlueprintFile
from desk.config.document import KeyPath
from desk.config.faults import suggestion
from desk.config.platform import Platform
from desk.contracts.problems import InputRefused, Problem


def cross_check(platform: Platform, blueprints: Sequence[BlueprintFile]) -> None:
    """Refuse with InputRefused what fits its own file but not the others: symbols, schedules, names."""
    problems = [
        problem
        for index, blueprint in enumerate(blueprints)
        for problem in (
            *_names(blueprint, blueprints[:index]),
            *_symbols(platform, blueprint),
            *_schedules(platform, blueprint),
        )
    ]
    if problems:
        raise InputRefused(*problems)


def _names(blueprint: BlueprintFile, earlier: Sequence[BlueprintFile]) -> Iterator[Problem]:
    if any(one.strategy_id == blueprint.strategy_id for one in earlier):
        what = f"another blueprint is called {blueprint.strategy_id}"
        yield blueprint.document.problem(("name",), what, "give one of them another name")


def _symbols(platform: Platform, blueprint: BlueprintFile) -> Iterator[Problem]:
    known = [instrument.symbol for instrument in platform.instruments]
    for index, symbol in enumerate(blueprint.blueprint.symbols):
        if symbol not in known:
            yield _unknown(blueprint, ("symbols", index), f"{symbol} is no instrument", symbol, known)
    for path, symbol in _parameters(blueprint, "symbol"):
        if symbol not in blueprint.blueprint.symbols:
            what = f"{symbol} is none of the blueprint's symbols"
            yield _unknown(blueprint, path, what, symbol, blueprint.blueprint.symbols)


def _schedules(platform: Platform, blueprint: BlueprintFile) -> Iterator[Problem]:
    known = [schedule.name for schedule in platform.schedule]
    for path, name in _parameters(blueprint, "schedule"):
        if name not in known:
            yield _unknown(blueprint, path, f"platform.yaml has no schedule {name}", name, known)


def _parameters(blueprint: BlueprintFile, key: str) -> Iterator[tuple[KeyPath, str]]:
    """Find the workers' parameters of one name; what they name lives outside their own file."""
    for index, use in enumerate(blueprint.workers):
        value = getattr(use.parameters, key, None)
        if isinstance(value, str):
            yield ("workers", index, "parameters", key), value


def _unknown(blueprint: BlueprintFile, path: KeyPath, what: str, name: str, known: Sequence[str]) -> Problem:
    return blueprint.document.problem(
        path, what, suggestion(name, known, "write one of") if known else "declare it first"
    )
