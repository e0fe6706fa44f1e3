"""One WebSocket connection: what it subscribed to, what it is told, and what goes wrong on the way."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from connectors.sandbox.account import AccountNews
from connectors.sandbox.codes import VenueRefusal
from connectors.sandbox.fault_box import Call
from connectors.sandbox.faults import CallKind, Stage
from connectors.sandbox.listings import Category, Listing
from connectors.sandbox.market import PublicTrade
from connectors.sandbox.signature import ApiKey, check_stream
from connectors.sandbox.topics import MarketTopic, market_topic
from connectors.sandbox.venue import LocalVenue
from connectors.sandbox.wire import Json, Row, encoded

_MOST_WAITING: Final = 10_000
_PRIVATE: Final = ("order", "execution", "position", "wallet")


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Hold one message on its way, sent when it is due by the clock that never jumps."""

    due_ms: int
    text: str


class Stream:
    """Talk with one connection; `category` is None on the private path.

    What it says waits in `outbox`; None there ends the connection, as does a reader too slow for it.
    """

    def __init__(self, venue: LocalVenue, category: Category | None, number: int) -> None:
        self._venue = venue
        self._category = category
        self._connection = f"c{number}"
        self.outbox: asyncio.Queue[Outgoing | None] = asyncio.Queue()
        self.is_broken = False
        self._key: ApiKey | None = None
        self._private: dict[str, None] = {}
        self._market: dict[str, MarketTopic] = {}
        self._held: str | None = None
        self._told = 0

    @property
    def kind(self) -> CallKind:
        """What faults know it as."""
        return CallKind.STREAM if self._category is None else CallKind.MARKET_STREAM

    @property
    def topics(self) -> list[str]:
        """What it subscribed to, oldest first."""
        return [*self._private, *self._market]

    def hear(self, text: str) -> None:
        """Take a message of the client's; rubbish is answered as the venue does."""
        try:
            message = json.loads(text)
        except (ValueError, RecursionError):
            message = None
        if not isinstance(message, dict):
            self._say(
                {"success": False, "ret_msg": "error:invalid json", "conn_id": self._connection, "op": ""}
            )
            return
        if self._is_struck("stream_dead", str(message.get("op"))):
            return
        answers: dict[str, Callable[[Row], None]] = {
            "ping": self._pong,
            "auth": self._authenticate,
            "subscribe": self._subscribe,
            "unsubscribe": self._unsubscribe,
        }
        answer = answers.get(str(message.get("op")))
        if answer is None:
            self._answer(message, success=False, told="error:unknown op")
        else:
            answer(message)

    def tell_account(self, news: AccountNews) -> None:
        """Tell what changed of an account, where it is this one's."""
        if self._key is None or self._venue.accounts[self._key.key] is not news.account:
            return
        for topic, rows in (
            ("execution", news.executions),
            ("order", news.orders),
            ("position", news.positions),
            ("wallet", news.wallet),
        ):
            self._tell_rows(topic, rows)

    def tell_price(self, listing: Listing, trade: PublicTrade) -> None:
        """Tell a new price to the topics that are about it."""
        if listing.category is not self._category:
            return
        for name, topic in list(self._market.items()):
            if topic.listing is listing:
                for message in topic.told(trade, self._venue.now_ms()):
                    self._push(name, listing.symbol, message)

    def break_off(self, *, at_once: bool) -> None:
        """End the connection: in order, or as a cable does."""
        self.is_broken = self.is_broken or at_once
        self.outbox.put_nowait(None)

    def _tell_rows(self, topic: str, rows: list[Row]) -> None:
        named = [one for one in self._private if one.partition(".")[0] == topic]
        for name in named:
            wanted = name.partition(".")[2]
            kept: list[Json] = [one for one in rows if not wanted or one.get("category") == wanted]
            if kept:
                self._told += 1
                stamp = {"id": f"{self._connection}-{self._told}", "topic": name}
                self._push(name, None, {**stamp, "creationTime": self._venue.now_ms(), "data": kept})

    def _push(self, topic: str, symbol: str | None, message: Row) -> None:
        """Send a message, with whatever fault strikes it."""
        strikes = self._venue.faults.strikes(Call((self.kind,), topic, symbol), Stage.STREAM)
        names = {one.fault for one in strikes}
        if names & {"stream_silent", "stream_dead", "stream_lost"}:
            return
        text = encoded(message)
        if "stream_malformed" in names:
            text = text[: len(text) // 2]
        delay_ms = max((one.delay_ms for one in strikes if one.fault == "stream_late"), default=0)
        if "stream_reordered" in names and self._held is None:
            self._held = text
            return
        self._send(text, delay_ms)
        if "stream_duplicated" in names:
            self._send(text, delay_ms)
        if self._held is not None:
            held, self._held = self._held, None
            self._send(held, delay_ms)

    def _send(self, text: str, delay_ms: int = 0) -> None:
        if self.outbox.qsize() >= _MOST_WAITING:
            self.break_off(at_once=True)
            return
        self.outbox.put_nowait(Outgoing(self._venue.clock.monotonic_ms() + delay_ms, text))

    def _say(self, message: Row) -> None:
        self._send(encoded(message))

    def _is_struck(self, fault: str, path: str) -> bool:
        order = self._venue.faults.in_force(fault)
        return order is not None and self.kind in order.calls and order.path in path

    def _answer(self, message: Row, *, success: bool, told: str = "") -> None:
        answer: Row = {"success": success, "ret_msg": told, "conn_id": self._connection}
        if message.get("req_id") is not None:
            answer["req_id"] = str(message["req_id"])
        self._say({**answer, "op": str(message.get("op") or "")})

    def _pong(self, message: Row) -> None:
        if self._category is not None:
            self._answer(message, success=True, told="pong")
            return
        named: Row = {} if message.get("req_id") is None else {"req_id": str(message["req_id"])}
        now = str(self._venue.now_ms())
        self._say({**named, "op": "pong", "args": [now], "conn_id": self._connection})

    def _authenticate(self, message: Row) -> None:
        try:
            self._key = check_stream(message.get("args"), self._venue.keys, self._venue.now_ms())
        except VenueRefusal as refusal:
            answer: Row = {
                "success": False,
                "ret_msg": refusal.message,
                "retCode": refusal.code,
                "op": "auth",
            }
            self._say({**answer, "conn_id": self._connection})
            return
        self._say({"success": True, "ret_msg": "", "op": "auth", "conn_id": self._connection})

    def _subscribe(self, message: Row) -> None:
        names = _names_of(message)
        try:
            if not names:
                raise VenueRefusal(10001, "error:no topics")  # noqa: TRY301 - refused as any topic is
            topics = {one: self._topic(one) for one in names}
        except VenueRefusal as refusal:
            self._answer(message, success=False, told=refusal.message)
            return
        for name, topic in topics.items():
            if topic is None:
                self._private[name] = None
            else:
                self._market[name] = topic
        self._answer(message, success=True, told="subscribe")
        for name, topic in topics.items():
            if topic is not None:
                for first in topic.first(self._venue.now_ms()):
                    self._push(name, topic.listing.symbol, first)

    def _unsubscribe(self, message: Row) -> None:
        for name in _names_of(message):
            self._private.pop(name, None)
            self._market.pop(name, None)
        self._answer(message, success=True)

    def _topic(self, name: str) -> MarketTopic | None:
        """Return a market topic, None for a private one; raises VenueRefusal."""
        if self._category is not None:
            return market_topic(name, self._category, self._venue.market)
        if self._key is None:
            raise VenueRefusal(10004, "error:request not authorized")
        if name.partition(".")[0] not in _PRIVATE:
            raise VenueRefusal(10001, f"error:handler not found,topic:{name}")
        return None


def _names_of(message: Row) -> list[str]:
    names = message.get("args")
    return [str(one) for one in names] if isinstance(names, list) else []
