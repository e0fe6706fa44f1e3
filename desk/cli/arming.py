"""Arming: real money takes the platform's word, the option's and the operator's, each of them."""

import sys
from dataclasses import replace
from pathlib import Path

from desk.bootstrap.arming_token import taken_token
from desk.cli.output import complain
from desk.cli.reaching import typed
from desk.config.arming import arming_phrase
from desk.config.configuration import Configuration
from desk.config.platform import Platform
from desk.config.storage import StorageLayout
from desk.contracts.problems import InputRefused, Problem, RefusedByState
from desk.runtime.clock import WallClock


def armed(configuration: Configuration, file: Path, *, live: bool) -> Configuration:
    """Return the configuration with the words that arm it; unchanged where nothing is live.

    Raises InputRefused for --live without mode live, RefusedByState for mode live that is not armed.
    """
    words = arming_words(configuration.platform, configuration.storage, file, live=live)
    return replace(configuration, armed_by=words)


def arming_words(platform: Platform, storage: StorageLayout, file: Path, *, live: bool) -> str | None:
    """Return the operator's words where they arm this platform, None where there is nothing to arm."""
    phrase = arming_phrase(platform)
    if phrase is None:
        if live:
            raise InputRefused(Problem(str(file), None, "--live", _not_live(platform), "leave --live out"))
        return None
    if not live:
        message = (
            "connector.ccxt.mode is live: real money; give --live to arm it, or write mode: sandbox or demo"
        )
        raise RefusedByState(message)
    words = _asked(platform, phrase) if sys.stdin.isatty() else _written(storage, phrase)
    if words != phrase:
        raise RefusedByState(f"live trading is not armed: the words are `{phrase}`; nothing was sent")
    return words


def _asked(platform: Platform, phrase: str) -> str:
    account, risk = platform.connector.ccxt, platform.risk
    currency = platform.desk.account_currency
    if account is not None:
        complain(
            f"REAL MONEY: desk {platform.desk.id} on {account.exchange} {account.market}, key "
            f"{account.api_key}, at most {risk.max_order_notional:f} {currency} an order and "
            f"{risk.max_position_notional:f} {currency} a symbol"
        )
    return typed(f"Type `{phrase}` to arm it:")


def _written(storage: StorageLayout, phrase: str) -> str:
    storage.create()
    return taken_token(storage.arming, phrase, WallClock().now_ms())


def _not_live(platform: Platform) -> str:
    account = platform.connector.ccxt
    if platform.connector.name == "paper" or account is None:
        return "connector.name is paper: there is nothing live about it"
    return f"connector.ccxt.mode is {account.mode}: there is nothing live about it"
