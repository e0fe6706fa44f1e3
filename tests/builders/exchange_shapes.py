"""A venue by hand: markets that are written down, answers that are canned, requests that are kept."""

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from pydantic import SecretStr

from connectors.ccxt.clients import Workshop, rest_class
from connectors.ccxt.dialects import dialect_of
from connectors.ccxt.dispatch import Dispatch
from connectors.ccxt.markets import Markets
from connectors.ccxt.memory import OrderMemory
from connectors.ccxt.pacer import Pacer, PacingTerms
from connectors.ccxt.reads import Reads
from connectors.ccxt.settings import CcxtSettings, MarketChoice, ModeChoice
from connectors.ccxt.wire import Line
from desk.runtime.tasks import TaskSupervisor
from tests.builders.venue import ManualClock

_BINANCE_TYPES = (
    "LIMIT", "MARKET", "STOP", "STOP_MARKET", "STOP_LOSS", "STOP_LOSS_LIMIT", "TAKE_PROFIT",
    "TAKE_PROFIT_MARKET", "TAKE_PROFIT_LIMIT",
)  # fmt: skip

KEY, SECRET = "canned-key", "Y2FubmVkLXNlY3JldA=="


@dataclass(frozen=True, slots=True)
class Sent:
    """One request as it would have left."""

    method: str
    url: str
    headers: dict[str, Any]
    body: Any

    @property
    def path(self) -> str:
        return urlsplit(self.url).path

    @property
    def values(self) -> dict[str, Any]:
        """What was asked, from the query and the body, JSON or form."""
        asked: dict[str, Any] = dict(parse_qsl(urlsplit(self.url).query))
        text = self.body or ""
        found = json.loads(text) if text.startswith(("{", "[")) else dict(parse_qsl(text))
        return asked | (found[0] if isinstance(found, list) else found)


@dataclass
class CannedVenue:
    """Any exchange of ccxt's, without a network."""

    exchange_id: str
    market: MarketChoice
    mode: ModeChoice
    rows: list[dict[str, Any]]
    is_armed: bool = False
    replies: dict[str, Any] = field(default_factory=dict)
    sent: list[Sent] = field(default_factory=list)

    def __post_init__(self) -> None:
        settings = CcxtSettings(
            exchange=self.exchange_id,
            market=self.market,
            mode=self.mode,
            api_key=SecretStr(KEY),
            secret=SecretStr(SECRET),
            password=SecretStr("canned-phrase"),
            is_armed=self.is_armed,
        )
        self.tasks = TaskSupervisor(lambda _, error: self.failures.append(error))
        self.failures: list[BaseException] = []
        clock, self.dialect, self.memory = ManualClock(), dialect_of(settings), OrderMemory()
        pacer = Pacer(PacingTerms(1_000_000, 1000), clock, self.tasks)
        self.line = Line(clock, pacer, on_answer=self.dialect.on_answer)
        self.workshop = Workshop(settings, self.dialect, self.line)
        self.exchange = self.workshop.build(self._canned_class())
        self.exchange.set_markets(self.rows)
        markets = Markets(self.market, self.exchange.precisionMode, self.exchange.markets.values())
        secrets = (KEY, SECRET)
        self.reads = Reads(self.exchange, self.dialect, markets, self.memory, clock, secrets)
        self.orders = Dispatch(
            self.exchange, self.dialect, markets, self.memory, self.reads, self.tasks, secrets, lambda: None
        )
        self.rng = random.Random(1)

    @property
    def last(self) -> Sent:
        return self.sent[-1]

    def _canned_class(self) -> type:
        venue, exchange_class = self, rest_class(self.exchange_id)

        async def fetch(
            exchange: Any,  # noqa: ANN401 - a ccxt exchange
            url: str,
            method: str = "GET",
            headers: Mapping[str, Any] | None = None,
            body: Any = None,  # noqa: ANN401 - what ccxt sends
        ) -> Any:  # noqa: ANN401 - what the venue answers
            asked = {**exchange.headers, **(headers or {})}
            venue.sent.append(Sent(method, url, asked, body))
            status, reply = venue._reply(method, urlsplit(url).path)
            text = json.dumps(reply)
            exchange.on_rest_response(status, "", url, method, {}, text, asked, body)
            read = exchange.parse_json(text)
            exchange.handle_errors(status, "", url, method, {}, text, read, asked, body)
            exchange.handle_http_status_code(status, "", url, method, text)
            return read

        return type(exchange_class.__name__, (exchange_class,), {"fetch": fetch})

    def _reply(self, method: str, path: str) -> tuple[int, Any]:
        named = next(
            (one for one in self.replies if f"{method} {path}".endswith(one) or path.endswith(one)), None
        )
        assert named is not None, f"nobody wrote an answer for {method} {path}"
        found = self.replies[named]
        return found if isinstance(found, tuple) else (200, found)


def spot_market(market_id: str = "BTCUSDT", **changes: Any) -> dict[str, Any]:  # noqa: ANN401
    """Write down BTC/USDT as ccxt would list it."""
    return {
        "id": market_id, "symbol": "BTC/USDT", "base": "BTC", "quote": "USDT",
        "baseId": "BTC", "quoteId": "USDT", "settle": None, "settleId": None, "type": "spot",
        "spot": True, "margin": False, "swap": False,
        "future": False, "option": False, "contract": False, "active": True, "linear": None, "inverse": None,
        "contractSize": None, "taker": "0.001", "maker": "0.001",
        "precision": {"price": "0.01", "amount": "0.00001"},
        "limits": {"amount": {"min": "0.00001", "max": "9000"}, "price": {}, "cost": {"min": "5"},
                   "leverage": {}},
        "info": {"symbol": market_id, "orderTypes": list(_BINANCE_TYPES), "orderType": list(_BINANCE_TYPES)},
    } | changes  # fmt: skip


def swap_market(market_id: str = "BTCUSDT", **changes: Any) -> dict[str, Any]:  # noqa: ANN401
    """Write down the linear perpetual BTC/USDT:USDT as ccxt would list it."""
    return spot_market(market_id) | {
        "symbol": "BTC/USDT:USDT", "settle": "USDT", "settleId": "USDT", "type": "swap", "spot": False,
        "swap": True, "contract": True, "linear": True, "inverse": False, "contractSize": "1",
        "subType": "linear", "precision": {"price": "0.1", "amount": "0.001"},
        "limits": {
            "amount": {"min": "0.001", "max": "1000"}, "price": {}, "cost": {"min": "5"},
            "leverage": {"max": "100"},
        },
    } | changes  # fmt: skip
