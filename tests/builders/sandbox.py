"""A local exchange in the test's own loop, its prices driven by hand; or as a process of its own."""

import contextlib
import json
import random
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Self

import aiohttp
from yarl import URL

from connectors.sandbox.account import TradingAccount
from connectors.sandbox.fault_box import ActiveFault
from connectors.sandbox.faults import FaultOrder
from connectors.sandbox.hand import Hand
from connectors.sandbox.limits import LimitSettings
from connectors.sandbox.server import SandboxServer
from connectors.sandbox.settings import (
    DEFAULT_KEY,
    DEFAULT_SECRET,
    KeySettings,
    SandboxSettings,
    SymbolSettings,
)
from connectors.sandbox.signature import signed
from connectors.sandbox.usual import listings_of
from connectors.sandbox.venue import LocalVenue
from desk.contracts.orders import VenuePosition
from desk.contracts.ports.time import Clock
from desk.runtime.clock import WallClock
from desk.runtime.tasks import TaskSupervisor

PERP, SPOT = "BTC/USDT:USDT", "BTC/USDT"
KEY, SECRET = DEFAULT_KEY, DEFAULT_SECRET
UNLIMITED = LimitSettings(place=10_000, amend=10_000, cancel=10_000, read=10_000)


@dataclass
class Sandbox:
    """A running exchange: where it is, what can be done to it, and what is true there."""

    server: SandboxServer
    venue: LocalVenue
    failures: list[str]

    @property
    def base_url(self) -> str:
        """Where it is reached."""
        return self.server.base_url

    @property
    def hand(self) -> Hand:
        """Another hand at the venue: trade, close, cancel, liquidate."""
        return self.venue.hand

    @property
    def account(self) -> TradingAccount:
        """The account of the first key, with everything that is true of it."""
        return self.venue.account()

    def price(
        self, price: str, symbol: str = PERP, *, bid: str | None = None, ask: str | None = None
    ) -> None:
        """Let a trade happen at `price`."""
        self.venue.set_price(
            symbol,
            Decimal(price),
            bid=None if bid is None else Decimal(bid),
            ask=None if ask is None else Decimal(ask),
        )

    def fault(self, name: str, **settings: object) -> ActiveFault:
        """Let a fault be."""
        return self.venue.inject(FaultOrder.model_validate({"fault": name, **settings}, strict=False))

    def lift_faults(self) -> None:
        """End every fault."""
        self.venue.faults.clear()

    def position(self, symbol: str = PERP) -> VenuePosition | None:
        """Return the position the venue has."""
        return self.account.position(symbol)

    @property
    def accepted(self) -> list[str]:
        """The client ids of every order ever taken, oldest first."""
        return [one.link_id for one in self.account.cards.values() if one.link_id]

    @property
    def open_ids(self) -> list[str]:
        """The client ids of the open orders, empty for one without."""
        return [one.link_id for one in self.account.open_cards()]

    def attempts(self, client_order_id: str) -> int:
        """Return how many creates arrived with a client id."""
        return self.venue.attempts[client_order_id]

    def posts(self, path: str = "/v5/order/create") -> int:
        """Return how many POSTs of a path arrived."""
        return self.venue.requests[f"POST {path}"]


@asynccontextmanager
async def sandbox(
    *,
    symbols: Sequence[SymbolSettings] = (),
    keys: Sequence[KeySettings] = (),
    balances: dict[str, str] | None = None,
    limits: LimitSettings = UNLIMITED,
    slippage: str = "0",
    spread: str = "0",
    seed: int = 1,
    clock: Clock | None = None,
    wanders: bool = False,
) -> AsyncIterator[Sandbox]:
    """Start an exchange on a free port, and end it; prices stand still unless it `wanders`.

    Without slippage and spread a buy takes at one price step above the last price, a sell one below.
    """
    settings = SandboxSettings(
        seed=seed,
        symbols=tuple(symbols),
        keys=tuple(keys) or (KeySettings(key=KEY, secret=SECRET),),
        opening_balances={coin: Decimal(one) for coin, one in (balances or {"USDT": "100000"}).items()},
        limits=limits,
        slippage=Decimal(slippage),
        spread=Decimal(spread),
    )
    failures: list[str] = []
    tasks = TaskSupervisor(lambda name, error: failures.append(f"{name}: {error!r}"))
    venue = LocalVenue(
        settings, listings_of(settings.symbols), {}, clock or WallClock(), tasks, random.Random(seed)
    )
    server = SandboxServer(venue, tasks, wanders=wanders)
    await server.start(0)
    try:
        yield Sandbox(server, venue, failures)
    finally:
        await server.stop()
        await tasks.stop(1000)
    assert not failures, failures


Answer = dict[str, Any]
"""A reply's JSON, or the `result` in it."""


class Trader:
    """Speak the venue's dialect by hand, signed, without a client library."""

    def __init__(self, venue: Sandbox, session: aiohttp.ClientSession, key: str, secret: str) -> None:
        self._venue = venue
        self.session = session
        self._key, self._secret = key, secret

    async def ask(self, path: str, **query: object) -> Answer:
        """Read something that takes a signature; return the whole reply."""
        raw = "&".join(f"{name}={value}" for name, value in query.items())
        url = URL(f"{self._venue.base_url}{path}?{raw}", encoded=True)
        async with self.session.get(url, headers=self.headers(raw)) as response:
            return await _json_of(response)

    async def tell(self, path: str, **body: object) -> Answer:
        """Ask the venue to do something; return the whole reply."""
        async with self.post(path, json.dumps(body)) as response:
            return await _json_of(response)

    def post(self, path: str, text: str) -> Any:  # noqa: ANN401 - the library's own context manager
        """Post a body as it is, signed."""
        return self.session.post(f"{self._venue.base_url}{path}", data=text, headers=self.headers(text))

    async def list(self, path: str, **query: object) -> list[Answer]:
        """Read a list of rows."""
        answer = await self.ask(path, **query)
        assert answer["retCode"] == 0, answer
        rows: list[Answer] = answer["result"]["list"]
        return rows

    async def place(self, qty: str, *, side: str = "Buy", symbol: str = "BTCUSDT", **more: object) -> Answer:
        """Place an order, a market order of the perpetual where nothing else is said."""
        usual: Answer = {"category": "linear", "symbol": symbol, "side": side, "qty": qty}
        kind = "Limit" if "price" in more else "Market"
        return await self.tell("/v5/order/create", **{**usual, "orderType": kind, **more})

    async def order(self, link_id: str, category: str = "linear") -> Answer:
        """Look one order up by its client id, open or ended."""
        for path in ("/v5/order/realtime", "/v5/order/history"):
            rows = await self.list(path, category=category, symbol="BTCUSDT", orderLinkId=link_id)
            if rows:
                return rows[0]
        raise AssertionError(f"no order {link_id}")

    def headers(self, payload: str, *, time_ms: int | None = None, window_ms: int = 5000) -> dict[str, str]:
        """Sign a payload."""
        stamp = str(self._venue.venue.now_ms() if time_ms is None else time_ms)
        return {
            "X-BAPI-API-KEY": self._key,
            "X-BAPI-TIMESTAMP": stamp,
            "X-BAPI-RECV-WINDOW": str(window_ms),
            "X-BAPI-SIGN": signed(self._secret, f"{stamp}{self._key}{window_ms}{payload}"),
            "Content-Type": "application/json",
        }


async def _json_of(response: aiohttp.ClientResponse) -> Answer:
    answer: Answer = await response.json()
    return answer


@asynccontextmanager
async def trader(venue: Sandbox, key: str = KEY, secret: str = SECRET) -> AsyncIterator[Trader]:
    """Open a connection that speaks the dialect by hand."""
    async with aiohttp.ClientSession() as session:
        yield Trader(venue, session, key, secret)


STARTS_WITHIN_S = 60


@dataclass
class SandboxProcess:
    """A running `desk sandbox`: reached over HTTP alone; `said` is what it printed."""

    process: subprocess.Popen[str]
    base_url: str
    said: list[str] = field(default_factory=list)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(STARTS_WITHIN_S)
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for stream in (self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()

    def admin(self, path: str, body: Answer | None = None, method: str | None = None) -> Answer:
        """Ask the admin door: `faults`, `price`, `trade`, `truth`."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(  # noqa: S310 - our own server
            f"{self.base_url}/admin/{path}", data, {"Content-Type": "application/json"}, method=method
        )
        with urllib.request.urlopen(request, timeout=STARTS_WITHIN_S) as response:  # noqa: S310
            answer: Answer = json.load(response)
        return answer

    def price(self, price: str, symbol: str = PERP) -> None:
        """Let a trade happen at `price`; where prices wander, until the next one."""
        self.admin("price", {"symbol": symbol, "price": price})

    def fault(self, name: str, **settings: object) -> int:
        """Let a fault be; return its number."""
        return int(self.admin("faults", {"fault": name, **settings})["number"])

    def lift_faults(self) -> None:
        """End every fault."""
        self.admin("faults", {}, "DELETE")

    def truth(self, key: str = KEY) -> Answer:
        """Return what is true of an account: accepted, open_orders, fills, positions, balances."""
        account: Answer = self.admin("truth")["accounts"][key]
        return account


def started_sandbox(*arguments: str, scenario: Path | None = None) -> SandboxProcess:
    """Start `desk sandbox` on a free port, and wait until it says where it listens."""
    command = [sys.executable, "-m", "desk.cli.main", "sandbox", "--port", "0", *arguments]
    if scenario is not None:
        command += ["--scenario", str(scenario)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    said: list[str] = []
    deadline_s = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < deadline_s and not (said and said[-1].startswith("  name: connector")):
        line = process.stdout.readline()
        if not line:
            _, wrong = process.communicate()
            raise AssertionError(f"the local exchange did not start: {wrong}")
        said.append(line)
    found = re.search(r"http://[0-9.:]+", "".join(said))
    assert found is not None
    return SandboxProcess(process, found.group(), said)


def many_perpetuals(count: int) -> tuple[SymbolSettings, ...]:
    """Return so many perpetuals on made-up coins, for a rehearsal with many positions."""
    return tuple(
        SymbolSettings(
            symbol=f"C{place:03d}/USDT:USDT",
            start_price=Decimal(100 + place),
            price_step=Decimal("0.01"),
            size_step=Decimal("0.01"),
            min_size_base=Decimal("0.01"),
        )
        for place in range(1, count + 1)
    )
