"""Platform and blueprints against each other: what one names, the other must have."""

from collections.abc import Iterator, Sequence

from desk.config.blueprint_file import BlueprintFile, WorkerUse, is_path
from desk.config.document import KeyPath
from desk.config.faults import folded, suggestion
from desk.config.market_check import Markets, market_problems
from desk.config.platform import Platform
from desk.config.platform_file import PlatformFile
from desk.contracts.problems import InputRefused, Problem


def cross_check(platform: Platform, blueprints: Sequence[BlueprintFile]) -> None:
    """Refuse with InputRefused what fits its own file but not the others: symbols, schedules, names."""
    problems = [
        problem
        for index, blueprint in enumerate(blueprints)
        for problem in (
            *_names(blueprint, blueprints[:index]),
            *_plugins(blueprint, blueprints[:index]),
            *_workers(blueprint, blueprints[:index]),
            *_symbols(blueprint),
            *_schedules(platform, blueprint),
        )
    ]
    if platform.connector.name == "paper":  # any other venue tells its own markets, once it is asked
        problems += market_problems(markets_of(platform), blueprints)
    if problems:
        raise InputRefused(*problems)


def check_rehearsal(file: PlatformFile, blueprints: Sequence[BlueprintFile]) -> None:
    """Refuse with InputRefused what recorded prices cannot be traded with: they are traded on paper."""
    platform = file.platform
    problems = []
    if platform.connector.paper is None:
        what = "is missing, and recorded prices are traded on paper"
        problems.append(file.document.problem(("connector", "paper"), what, "add it, with opening_balances"))
    if not platform.instruments:
        what = "is missing, and recorded prices do not tell filters and fees"
        problems.append(file.document.problem(("instruments",), what, "add what is replayed"))
    else:
        problems += market_problems(markets_of(platform), blueprints)
    if problems:
        raise InputRefused(*problems)


def markets_of(platform: Platform) -> Markets:
    """Return the markets of `instruments`."""
    instruments = tuple(one.instrument() for one in platform.instruments)
    return Markets(instruments, platform.desk.account_currency)


def _names(blueprint: BlueprintFile, earlier: Sequence[BlueprintFile]) -> Iterator[Problem]:
    if any(one.strategy_id == blueprint.strategy_id for one in earlier):
        what = f"another blueprint is called {blueprint.strategy_id}"
        yield blueprint.document.problem(("name",), what, "give one of them another name")


def _plugins(blueprint: BlueprintFile, earlier: Sequence[BlueprintFile]) -> Iterator[Problem]:
    """Find workers by path that another blueprint has by the same name and from another file."""
    taken = {
        folded(use.manifest.name): (one, use.use)
        for one in earlier
        for use in one.workers
        if is_path(use.use)
    }
    for index, use in enumerate(blueprint.workers):
        other, its_use = taken.get(folded(use.manifest.name), (blueprint, use.use))
        if is_path(use.use) and other.by_path[its_use] is not blueprint.by_path[use.use]:
            what = f"{its_use} of blueprint {other.strategy_id} and {use.use} both say {use.manifest.name}"
            remedy = "give one of the manifests another name"
            yield blueprint.document.problem(("workers", index, "use"), what, remedy)


def _workers(blueprint: BlueprintFile, earlier: Sequence[BlueprintFile]) -> Iterator[Problem]:
    """Find scheduled workers that share their name with another strategy's: periods are claimed by it."""
    others = [one for one in earlier if one.strategy_id != blueprint.strategy_id]
    taken = {use.name: one.strategy_id for one in others for use in one.workers if _is_scheduled(use)}
    for index, use in enumerate(blueprint.workers):
        if use.name in taken and _is_scheduled(use):
            what = f"blueprint {taken[use.name]} has a scheduled worker {use.name} too"
            remedy = "give one of them another `name`: a period is claimed by worker, symbol and schedule"
            yield blueprint.document.problem(("workers", index), what, remedy)


def _is_scheduled(use: WorkerUse) -> bool:
    return isinstance(getattr(use.parameters, "schedule", None), str)


def _symbols(blueprint: BlueprintFile) -> Iterator[Problem]:
    named = (
        *_parameters(blueprint, "symbol"),
        *_parameters(blueprint, "instrument"),
        *_listed(blueprint, "symbols"),
        *_targets(blueprint),
    )
    for path, symbol in named:
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
        if isinstance(value, str) and key in type(use.parameters).model_fields:
            yield ("workers", index, "parameters", key), value


def _listed(blueprint: BlueprintFile, key: str) -> Iterator[tuple[KeyPath, str]]:
    """Find the entries of the workers' parameters of one name that are lists."""
    for index, use in enumerate(blueprint.workers):
        values = getattr(use.parameters, key, None)
        for place, value in enumerate(values if isinstance(values, tuple) else ()):
            if isinstance(value, str):
                yield ("workers", index, "parameters", key, place), value


def _targets(blueprint: BlueprintFile) -> Iterator[tuple[KeyPath, str]]:
    """Find the symbols of the workers' parameters that are lists of targets."""
    for index, use in enumerate(blueprint.workers):
        targets = getattr(use.parameters, "targets", None)
        for place, target in enumerate(targets if isinstance(targets, tuple) else ()):
            symbol = getattr(target, "symbol", None)
            if isinstance(symbol, str):
                yield ("workers", index, "parameters", "targets", place, "symbol"), symbol


def _unknown(blueprint: BlueprintFile, path: KeyPath, what: str, name: str, known: Sequence[str]) -> Problem:
    return blueprint.document.problem(
        path, what, suggestion(name, known, "write one of") if known else "declare it first"
    )
