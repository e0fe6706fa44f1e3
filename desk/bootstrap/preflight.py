"""A look at the venue before a desk is put together: what it trades, what is held, what must be watched."""

from collections.abc import Sequence

from desk.bootstrap.refused_key import refused_key
from desk.bootstrap.venue import connector_of
from desk.config.configuration import Configuration
from desk.config.market_check import Markets, check_markets, unknown_symbol
from desk.config.storage import StorageLayout
from desk.contracts.market import Instrument
from desk.contracts.orders import VenueBalance
from desk.contracts.ports.connector import IAPIConnector
from desk.contracts.ports.time import Clock, Spawner
from desk.contracts.problems import InputRefused, KeyRefused, ReadFailed
from desk.ledger.ledger import Ledger
from desk.runtime.commanding.price_alerts import alert_symbols
from desk.runtime.watch_list import Interests, watch_list


async def symbols_to_watch(
    configuration: Configuration, storage: StorageLayout, ledger: Ledger, clock: Clock, spawner: Spawner
) -> tuple[str, ...]:
    """Return the symbols whose prices the desk needs; of an exchange, ask it first.

    Raises InputRefused where a blueprint wants what the exchange does not have or the key is not taken, and
    what opening a connector and reading from it raise.
    """
    platform = configuration.platform
    if platform.connector.name == "paper":
        return tuple(one.symbol for one in platform.instruments)
    connector = connector_of(platform, storage, clock, spawner, configuration.armed_by)
    try:
        await _opened(configuration, connector)
        instruments = await connector.fetch_instruments()
        _check(configuration, instruments)
        return watch_list(await _interests(configuration, connector, ledger), instruments)
    finally:
        await connector.close()


async def _opened(configuration: Configuration, connector: IAPIConnector) -> None:
    try:
        await connector.open()
    except KeyRefused as refused:
        raise refused_key(configuration.platform_file, refused) from None
    except ReadFailed as failure:
        raise ReadFailed(f"{failure}; nothing was started, and `desk doctor` looks closer") from failure


def _check(configuration: Configuration, instruments: Sequence[Instrument]) -> None:
    platform = configuration.platform
    account = platform.connector.ccxt
    markets = Markets(instruments, platform.desk.account_currency, account.exchange if account else "it")
    check_markets(markets, configuration.blueprints)
    known = {one.symbol for one in instruments}
    problems = [
        configuration.platform_file.document.problem(
            ("feed", "connector", "symbols", index), *unknown_symbol(markets, symbol)
        )
        for index, symbol in enumerate(_asked(configuration))
        if symbol not in known
    ]
    if problems:
        raise InputRefused(*problems)


def _asked(configuration: Configuration) -> Sequence[str]:
    feed = configuration.platform.feed
    return () if feed.connector is None else feed.connector.symbols


async def _interests(configuration: Configuration, connector: IAPIConnector, ledger: Ledger) -> Interests:
    """Gather what blueprints trade, what the ledger knows open or waits for, what the account holds."""
    symbols = [symbol for one in configuration.blueprints for symbol in one.blueprint.symbols]
    symbols += _asked(configuration)
    symbols += [one.symbol for one in ledger.open_positions()]
    symbols += [one.request.symbol for one in ledger.live_orders()]
    symbols += alert_symbols(ledger)
    symbols += [one.symbol for one in await connector.fetch_positions()]
    symbols += [one.symbol for one in await connector.fetch_open_orders()]
    return Interests(
        symbols,
        [one.currency for one in await connector.fetch_balances() if _is_something(one)],
        configuration.platform.desk.account_currency,
    )


def _is_something(balance: VenueBalance) -> bool:
    return bool(balance.total)
