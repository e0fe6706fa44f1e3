"""Blueprints against the markets they would trade: those of platform.yaml, or those a venue tells."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from desk.config.blueprint_file import BlueprintFile
from desk.config.document import KeyPath
from desk.config.faults import nearest
from desk.contracts.directives import Protection
from desk.contracts.market import Instrument, InstrumentKind
from desk.contracts.problems import InputRefused, Problem

_MOST_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Markets:
    """Hold what can be traded, and the account it is valued for; `venue` names who tells, None the file."""

    instruments: Sequence[Instrument]
    account_currency: str
    venue: str | None = None


def check_markets(markets: Markets, blueprints: Sequence[BlueprintFile]) -> None:
    """Refuse with InputRefused what a blueprint wants and the markets do not have."""
    problems = tuple(market_problems(markets, blueprints))
    if problems:
        raise InputRefused(*problems)


def market_problems(markets: Markets, blueprints: Sequence[BlueprintFile]) -> Iterator[Problem]:
    """Find what a blueprint wants and the markets do not have."""
    for blueprint in blueprints:
        yield from _symbols(markets, blueprint)
        yield from _protection(markets, blueprint)
        yield from _currencies(markets, blueprint)


def unknown_symbol(markets: Markets, symbol: str) -> tuple[str, str]:
    """Say that a symbol is none of the markets', and which may be meant."""
    known = [one.symbol for one in markets.instruments]
    what = f"{symbol} is no instrument" if markets.venue is None else f"{markets.venue} has no such symbol"
    if not known:
        return what, "declare it first" if markets.venue is None else "it lists nothing of this kind"
    close = nearest(symbol, known)
    if close is not None:
        return what, f"did you mean `{close}`?"
    base = symbol.partition("/")[0]
    same = [one for one in known if one.partition("/")[0] == base] or known
    more = ", ..." if len(same) > _MOST_SHOWN else ""
    return what, f"write one of: {', '.join(same[:_MOST_SHOWN])}{more}"


def _symbols(markets: Markets, blueprint: BlueprintFile) -> Iterator[Problem]:
    known = {one.symbol for one in markets.instruments}
    for index, symbol in enumerate(blueprint.blueprint.symbols):
        if symbol not in known:
            what, remedy = unknown_symbol(markets, symbol)
            named = what if markets.venue is None else f"{symbol}: {what}"
            yield blueprint.document.problem(_path(index), named, remedy)


def _protection(markets: Markets, blueprint: BlueprintFile) -> Iterator[Problem]:
    if blueprint.blueprint.protection is not Protection.NONE:
        return
    perpetuals = {one.symbol for one in markets.instruments if one.kind is InstrumentKind.PERPETUAL}
    for symbol in blueprint.blueprint.symbols:
        if symbol in perpetuals:
            what = f"{symbol} is a perpetual, and only spot may go without a stop"
            yield blueprint.document.problem(("protection",), what, "write required")


def _currencies(markets: Markets, blueprint: BlueprintFile) -> Iterator[Problem]:
    """Find symbols whose currencies the account cannot be valued in: no size and no limit would hold."""
    account = markets.account_currency
    worth = _valued(account, markets.instruments)
    known = {one.symbol: one for one in markets.instruments}
    for index, symbol in enumerate(blueprint.blueprint.symbols):
        instrument = known.get(symbol)
        if instrument is None:
            continue
        needed = (instrument.quote, instrument.base) if instrument.is_spot else (instrument.quote,)
        lacking = next((one for one in needed if one not in worth), None)
        if lacking is not None:
            who = "no instrument" if markets.venue is None else f"nothing at {markets.venue}"
            add = f"add {lacking}/{account} to instruments, or " if markets.venue is None else ""
            what = f"{symbol} moves {lacking}, and {who} converts it to {account}"
            yield blueprint.document.problem(_path(index), what, f"{add}write another desk.account_currency")


def _valued(account: str, instruments: Sequence[Instrument]) -> set[str]:
    """Return the currencies that the ledger can convert to the account's: directly, or over one other."""
    pairs = [(one.base, one.quote) for one in instruments]
    worth = {account}
    for _ in range(2):
        worth |= {one for pair in pairs if not worth.isdisjoint(pair) for one in pair}
    return worth


def _path(index: int) -> KeyPath:
    return ("symbols", index)
