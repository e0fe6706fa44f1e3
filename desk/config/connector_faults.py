"""What `connector` says against itself and against `feed`."""

from collections.abc import Iterator

from desk.config.connector_settings import CcxtAccount
from desk.config.document import KeyPath
from desk.config.platform import Platform
from desk.contracts.exchanges import DEMOS, SANDBOXES, WITH_PASSWORD

Fault = tuple[KeyPath, str, str]

_CCXT = ("connector", "ccxt")
_REHEARSE = "rehearse with `desk sandbox` and its base_url"


def connector_faults(platform: Platform) -> Iterator[Fault]:
    """Find a missing block, and an account that there cannot be."""
    connector = platform.connector
    if connector.name == "paper" and connector.paper is None:
        yield ("connector", "paper"), "is missing", "add it, with opening_balances"
    if connector.name == "paper" and not platform.instruments:
        yield ("instruments",), "is missing", "add it: what the paper exchange trades, with filters and fees"
    if connector.name == "ccxt" and connector.ccxt is None:
        yield _CCXT, "is missing", "add it, with exchange, market, mode, api_key and secret"
    if connector.ccxt is not None:
        yield from _account_faults(connector.ccxt)


def _account_faults(account: CcxtAccount) -> Iterator[Fault]:
    exchange = account.exchange
    if exchange in WITH_PASSWORD and account.password is None:
        yield (*_CCXT, "password"), "is missing", f"add it: {exchange} asks for a passphrase"
    if account.base_url is not None:
        if account.mode == "live":
            what = "is another exchange's address, and mode live trades real money at the exchange itself"
            yield (*_CCXT, "base_url"), what, "leave it out, or write mode: sandbox"
        return
    is_closed = exchange == "binance" and account.market == "swap"  # its sandbox answers no signed request
    has_sandbox = exchange in SANDBOXES and not is_closed
    offered = {"sandbox": has_sandbox, "demo": exchange in DEMOS, "live": True}
    if not offered[account.mode]:
        others = [mode for mode in ("sandbox", "demo") if offered[mode]]
        remedy = f"write {others[0]}" if others else f"{_REHEARSE}, or name another exchange"
        what = f"{exchange} offers no {account.mode} for {account.market} that ccxt can reach"
        yield (*_CCXT, "mode"), what, remedy


def feed_faults(platform: Platform) -> Iterator[Fault]:
    """Find a feed without its settings, prices nobody can trade at, and real orders on made-up prices."""
    feed = platform.feed
    if platform.connector.name == "paper" and feed.name == "connector":
        is_written = "feed" in platform.model_fields_set
        what = "the paper exchange has no prices of its own" if is_written else "is missing"
        yield ("feed", "name") if is_written else ("feed",), what, "write synthetic or replay"
    if platform.connector.name == "ccxt" and feed.name != "connector":
        what = f"{feed.name} prices are none of the exchange's, and its orders are real"
        yield ("feed", "name"), what, "write connector, or connector.name: paper"
        return
    if feed.name == "synthetic" and feed.synthetic is None:
        yield ("feed",), "the synthetic feed has no settings", "add the key synthetic"
    if feed.name == "replay" and (feed.replay is None or not feed.replay.files):
        yield ("feed",), "the replay feed has no files", "add replay.files, as SYMBOL: path"
    yield from _unknown_symbols(platform)


def _unknown_symbols(platform: Platform) -> Iterator[Fault]:
    known = {instrument.symbol for instrument in platform.instruments}
    feed = platform.feed
    fed: list[tuple[KeyPath, str]] = []
    if feed.synthetic is not None:
        fed += [(("feed", "synthetic", "symbols", symbol), symbol) for symbol in feed.synthetic.symbols]
    if feed.replay is not None:
        fed += [(("feed", "replay", "files", symbol), symbol) for symbol in feed.replay.files]
    for path, symbol in fed:
        if symbol not in known and known:
            yield path, f"{symbol} is no instrument", "add it under instruments"
