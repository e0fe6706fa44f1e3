"""Platform and blueprints against each other: what one names, the other must have."""

from collections.abc import Iterator, Sequence

from desk.config.blueprint_file import BlueprintFile, WorkerUse
from desk.config.document import KeyPath
from desk.config.faults import suggestion
from desk.config.platform import Platform
from desk.contracts.directives import Protection
from desk.contracts.market import InstrumentKind
from desk.contracts.problems import InputRefused, Problem


def cross_check(platform: Platform, blueprints: Sequence[BlueprintFile]) -> None:
    """Refuse with InputRefused what fits its own file but not the others: symbols, schedules, names."""
    problems = [
        problem
        for index, blueprint in enumerate(blueprints)
        for problem in (
            *_names(blueprint, blueprints[:index]),
            *_workers(blueprint, blueprints[:index]),
            *_symbols(platform, blueprint),
            *_schedules(platform, blueprint),
            *_protection(platform, blueprint),
            *_currencies(platform, blueprint),
        )
    ]
    if problems:
        raise InputRefused(*problems)


def _names(blueprint: BlueprintFile, earlier: Sequence[BlueprintFile]) -> Iterator[Problem]:
    if any(one.strategy_id == blueprint.strategy_id for one in earlier):
        what = f"another blueprint is called {blueprint.strategy_id}"
        yield blueprint.document.problem(("name",), what, "give one of them another name")


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


def _protection(platform: Platform, blueprint: BlueprintFile) -> Iterator[Problem]:
    if blueprint.blueprint.protection is not Protection.NONE:
        return
    perpetuals = [one.symbol for one in platform.instruments if one.kind is InstrumentKind.PERPETUAL]
    for symbol in blueprint.blueprint.symbols:
        if symbol in perpetuals:
            what = f"{symbol} is a perpetual, and only spot may go without a stop"
            yield blueprint.document.problem(("protection",), what, "write required")


def _currencies(platform: Platform, blueprint: BlueprintFile) -> Iterator[Problem]:
    """Find symbols whose currencies the account cannot be valued in: no size and no limit would hold."""
    account = platform.desk.account_currency
    worth = _valued(account, [one.symbol for one in platform.instruments])
    kinds = {one.symbol: one.kind for one in platform.instruments}
    for index, symbol in enumerate(blueprint.blueprint.symbols):
        base, quote = _pair(symbol)
        needed = (quote, base) if kinds.get(symbol) is InstrumentKind.SPOT else (quote,)
        lacking = next((one for one in needed if symbol in kinds and one not in worth), None)
        if lacking is not None:
            what = f"{symbol} moves {lacking}, and no instrument converts it to {account}"
            remedy = f"add {lacking}/{account} to instruments, or write another desk.account_currency"
            yield blueprint.document.problem(("symbols", index), what, remedy)


def _valued(account: str, symbols: Sequence[str]) -> set[str]:
    """Return the currencies that the ledger can convert to the account's: directly, or over one other."""
    pairs = [_pair(symbol) for symbol in symbols]
    worth = {account}
    for _ in range(2):
        worth |= {one for pair in pairs if not worth.isdisjoint(pair) for one in pair}
    return worth


def _pair(symbol: str) -> tuple[str, str]:
    base, _, rest = symbol.partition("/")
    return base, rest.partition(":")[0]


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
