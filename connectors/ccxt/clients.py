"""The only place that meets ccxt: its classes, set up for one account, one mode and one way out."""

import importlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from decimal import localcontext
from functools import wraps
from typing import Any

from connectors.ccxt.dialect import Dialect
from connectors.ccxt.hosts import HostGuard, every_url, host_of, rebased
from connectors.ccxt.modes import MARKERS
from connectors.ccxt.settings import CcxtSettings, ModeChoice
from connectors.ccxt.wire import Line, Wire
from desk.contracts.problems import InputRefused, Problem

REQUEST_MS = 5_000
"""How long a request may take: an exit that waits for a dead line is late, and a look-up tells what was."""

_GOODBYE_MS, _TLS_GOODBYE_MS = 10, 250
"""How long ccxt waits after a close for the connections to be gone; encrypted ones say goodbye."""


@dataclass(frozen=True, slots=True)
class Workshop:
    """Build ccxt clients that share a line: each for orders, for reads, or (of another class) for streams."""

    settings: CcxtSettings
    dialect: Dialect
    line: Line
    request_ms: int = REQUEST_MS

    def rest(self) -> Any:  # noqa: ANN401 - a ccxt exchange
        """Build a client for requests."""
        return self.build(rest_class(self.settings.exchange))

    def stream(self, exchange_class: type) -> Any:  # noqa: ANN401 - a ccxt exchange
        """Build a client for streams, its lost connections seen, its messages checked as requests are."""
        from connectors.ccxt.streams.guard import watched  # noqa: PLC0415 - it imports ccxt

        exchange = self.build(watched(exchange_class))
        exchange.check_message = self._check_message
        return exchange

    def _check_message(self, url: str, message: object) -> None:
        """Refuse a message with the key in it to a host of another mode; a stream's host says its mode."""
        guard = self.line.guard
        if guard is not None:
            guard.check(url, dict((guard.marker,)) if guard.marker else {}, message)

    @property
    def may_sign(self) -> bool:
        """Whether the account itself may be asked: there is a key, and live trading is armed."""
        is_armed = self.settings.mode is not ModeChoice.LIVE or self.settings.is_armed
        return is_armed and self.settings.api_key is not None

    def build(self, exchange_class: type) -> Any:  # noqa: ANN401 - a ccxt exchange
        """Build a client of a class of ccxt's, or of one that adds to it; raises InputRefused.

        The mode is set once, here; hosts are replaced after it, and the guard is made of what came out.
        """
        wired = type(f"Wired{exchange_class.__name__}", (Wire, exchange_class), {})
        exchange = wired(self._configuration())
        exchange.number = str
        exchange.decimal_to_precision = _in_own_context(exchange.decimal_to_precision)
        exchange.timeout_on_exit = _GOODBYE_MS if self._is_plain() else _TLS_GOODBYE_MS
        exchange.line = self.line
        live_hosts = _hosts(exchange)
        self._set_mode(exchange)
        if self.settings.base_url is not None:
            exchange.urls["api"] = rebased(exchange.urls["api"], self.settings.base_url, exchange.hostname)
        self.line.guard = self._guard(live_hosts, _hosts(exchange))
        _refuse_retries(exchange)
        return exchange

    def _is_plain(self) -> bool:
        return (self.settings.base_url or "").startswith("http:")

    def _configuration(self) -> dict[str, object]:
        return {
            **self._credentials(),
            "enableRateLimit": False,
            "verbose": False,
            "timeout": self.request_ms,
            "has": {"fetchCurrencies": False},
            "options": self.dialect.options(),
        }

    def _credentials(self) -> dict[str, str]:
        given = {
            "apiKey": self.settings.api_key,
            "secret": self.settings.secret,
            "password": self.settings.password,
        }
        return {name: one.get_secret_value() for name, one in given.items() if one is not None}

    def _set_mode(self, exchange: Any) -> None:  # noqa: ANN401 - a ccxt exchange
        """Choose the venue's world; a local server needs none of the venue's own."""
        is_local = self.settings.base_url is not None
        is_on = True  # venues name the parameter differently
        try:
            if self.settings.mode is ModeChoice.SANDBOX:
                exchange.set_sandbox_mode(is_on)
            elif self.settings.mode is ModeChoice.DEMO:
                exchange.enable_demo_trading(is_on)
        except Exception as error:
            if not is_local:
                what = f"{exchange.id} has no {self.settings.mode}: {type(error).__name__}"
                raise _refused("mode", what, "choose a mode that the venue has") from error

    def _guard(self, live_hosts: frozenset[str], hosts: frozenset[str]) -> HostGuard:
        mode, base_url, key = self.settings.mode, self.settings.base_url, self.settings.api_key
        marker = None
        only_to = None if base_url is None else host_of(base_url)
        if only_to is not None:
            if mode is not ModeChoice.LIVE and only_to in live_hosts:
                what = f"base_url leads to {only_to}, a host for real money, in mode {mode}"
                raise _refused("base_url", what, "leave base_url out, or name a local server")
            signed_to = frozenset((only_to,))
        elif mode is ModeChoice.LIVE:
            signed_to = hosts
        else:
            marker = MARKERS.get(self.settings.exchange)
            signed_to = hosts if marker is not None else hosts - live_hosts
        if not signed_to:
            what = f"{self.settings.exchange} in mode {mode} uses the hosts for real money"
            raise _refused("mode", what, "choose a venue with a test exchange of its own")
        return HostGuard(
            signed_to=signed_to,
            marker=marker,
            only_to=only_to,
            needs_arming=mode is ModeChoice.LIVE,
            is_armed=self.settings.is_armed,
            api_key=None if key is None else key.get_secret_value(),
        )


def _in_own_context(rounded: Callable[..., str]) -> Callable[..., str]:
    """Let ccxt round by a decimal context of its own.

    It changes the thread's context for good, and with it every rounding of the desk that shares the thread.
    """

    @wraps(rounded)
    def apart(*arguments: object, **named: object) -> str:
        with localcontext():
            return rounded(*arguments, **named)

    return apart


def rest_class(exchange: str) -> type:
    """Return ccxt's class for requests; the first call imports ccxt, which takes a second or more."""
    found: type = getattr(_library("ccxt.async_support"), exchange)
    return found


def rate_limit_ms(exchange: str) -> float:
    """Return how far apart ccxt would send an exchange's requests."""
    return float(rest_class(exchange)().rateLimit)


def stream_class(exchange: str) -> type | None:
    """Return ccxt's class for streams; None where the exchange has none."""
    found: type | None = getattr(_library("ccxt.pro"), exchange, None)
    return found


def _library(name: str) -> Any:  # noqa: ANN401 - a module without types
    library = importlib.import_module(name)
    for logger in ("ccxt", "aiohttp"):
        logging.getLogger(logger).setLevel(logging.INFO)
    return library


def _hosts(exchange: Any) -> frozenset[str]:  # noqa: ANN401 - a ccxt exchange
    return frozenset(host_of(one) for one in every_url(exchange.urls["api"], exchange.hostname))


def _refuse_retries(exchange: Any) -> None:  # noqa: ANN401 - a ccxt exchange
    """Refuse a client that would send an order again by itself."""
    if exchange.options.get("maxRetriesOnFailure") or exchange.enableRateLimit or exchange.verbose:
        raise _refused(
            "exchange", "ccxt would repeat, delay or print requests by itself", "unset that option"
        )


def _refused(key: str, what: str, remedy: str) -> InputRefused:
    return InputRefused(Problem("platform.yaml", None, f"connector.ccxt.{key}", what, remedy))
