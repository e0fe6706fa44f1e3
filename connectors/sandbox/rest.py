"""Requests over HTTP: who asks, whether he may, what the answer is, and what goes wrong with it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

from connectors.sandbox import harm
from connectors.sandbox.codes import BAD_PARAMETER, NO_PERMISSION, TOO_MANY_REQUESTS, VenueRefusal
from connectors.sandbox.fault_box import Call
from connectors.sandbox.faults import CallKind, Stage
from connectors.sandbox.harm import Ending, Reply
from connectors.sandbox.limits import RateLimits
from connectors.sandbox.private_reads import READS, Asking
from connectors.sandbox.private_writes import PrivateWrites
from connectors.sandbox.public_calls import PublicCalls
from connectors.sandbox.signature import ApiKey, check_request
from connectors.sandbox.venue import LocalVenue
from connectors.sandbox.wire import Row, envelope, is_flat

_MOST_BATCH: Final = 20


@dataclass(frozen=True, slots=True)
class Asked:
    """Hold one request as it came: the raw query as it was signed, the body as text."""

    method: str
    path: str
    raw_query: str
    headers: Mapping[str, str]
    body: str

    @property
    def query(self) -> dict[str, str]:
        """The query's values, read."""
        return dict(parse_qsl(self.raw_query, keep_blank_values=True))


class Rest:
    """Answer every request of the dialect; never raises."""

    def __init__(self, venue: LocalVenue) -> None:
        self._venue = venue
        self._public = PublicCalls(venue.market, venue.now_ms)
        self._writes = PrivateWrites(venue.market, venue.now_ms, venue.is_halted)
        self._limits = RateLimits(venue.settings.limits)

    async def answer(self, asked: Asked) -> Reply:
        """Answer one request, with whatever fault strikes it."""
        venue = self._venue
        venue.requests[f"{asked.method} {asked.path}"] += 1
        body = _body_of(asked)
        call = self._call(asked, body)
        venue.count_attempts(asked.path, body)
        for order in venue.faults.strikes(call, Stage.BEFORE):
            struck = await harm.before(order, venue)
            if struck is not None:
                return struck
        reply = self._reply(asked, body, call)
        for order in venue.faults.strikes(call, Stage.AFTER):
            reply = await harm.after(order, reply, venue)
            if reply.ending is not Ending.WHOLE:
                break
        return reply

    def _reply(self, asked: Asked, body: Mapping[str, object] | None, call: Call) -> Reply:
        headers: dict[str, str] = {}
        try:
            result, extra = self._result(asked, body, call, headers)
            message = envelope(0, "OK", result, self._venue.now_ms(), extra)
        except VenueRefusal as refusal:
            message = envelope(refusal.code, refusal.message, {}, self._venue.now_ms())
        return Reply.of_json(message, headers)

    def _result(
        self, asked: Asked, body: Mapping[str, object] | None, call: Call, headers: dict[str, str]
    ) -> tuple[Row, Row]:
        public = self._public.by_path.get(asked.path)
        if public is not None:
            _require_method(asked, "GET")
            return public(asked.query), {}
        write, read = self._writes.by_path.get(asked.path), READS.get(asked.path)
        if write is None and read is None:
            raise VenueRefusal(BAD_PARAMETER, f"this sandbox does not serve {asked.path}")
        _require_method(asked, "GET" if write is None else "POST")
        key = self._signed_by(asked, body, call, headers)
        account = self._venue.accounts[key.key]
        if read is not None:
            return read(Asking(account, key, asked.query, self._venue.now_ms(), self._as_of_ms(call))), {}
        if body is None or write is None:
            raise VenueRefusal(BAD_PARAMETER, "params error: the body is no JSON object of plain values")
        if not key.may_trade:
            raise VenueRefusal(NO_PERMISSION, "Permission denied, please check your API key permissions.")
        return write(account, body)

    def _signed_by(
        self, asked: Asked, body: Mapping[str, object] | None, call: Call, headers: dict[str, str]
    ) -> ApiKey:
        payload = asked.body if asked.method == "POST" else asked.raw_query
        key = check_request(asked.headers, payload, self._venue.keys, self._venue.now_ms())
        rows = body.get("request") if body is not None else None
        weight = min(max(len(rows), 1), _MOST_BATCH) if isinstance(rows, list) else 1
        kind = next((one.value for one in _LIMITED if one in call.kinds), "read")
        allowance = self._limits.ask(key.key, asked.path, kind, self._venue.clock.monotonic_ms(), weight)
        headers.update(allowance.headers(self._venue.now_ms()))
        if allowance.is_exceeded:
            raise VenueRefusal(TOO_MANY_REQUESTS, "Too many visits. Exceeded the API Rate Limit.")
        return key

    def _as_of_ms(self, call: Call) -> int | None:
        """Return how old the answer to a read is, where a fault makes it old."""
        strikes = self._venue.faults.strikes(call, Stage.STATE)
        lags = [one.lag_ms for one in strikes if one.fault == "stale_reads"]
        return self._venue.now_ms() - max(lags) if lags else None

    def _call(self, asked: Asked, body: Mapping[str, object] | None) -> Call:
        values: Mapping[str, object] = asked.query if body is None else body
        kinds = _kinds_of(asked.path, values)
        named = [
            one.symbol
            for one in self._venue.listings
            if one.venue_symbol == values.get("symbol") and one.category == values.get("category")
        ]
        return Call(kinds, asked.path, named[0] if named else None)


_LIMITED: Final = (CallKind.PLACE, CallKind.AMEND, CallKind.CANCEL)


def _kinds_of(path: str, values: Mapping[str, object]) -> tuple[CallKind, ...]:
    if path == "/v5/position/trading-stop":
        return (CallKind.AMEND, CallKind.STOP)
    if path.startswith("/v5/order/create"):
        if values.get("triggerPrice"):
            return (CallKind.PLACE, CallKind.STOP)
        return (CallKind.PLACE, CallKind.CLOSE) if values.get("reduceOnly") is True else (CallKind.PLACE,)
    if path.startswith(("/v5/order/amend", "/v5/position/set-", "/v5/position/switch-", "/v5/account/set-")):
        return (CallKind.AMEND,)
    if path.startswith("/v5/order/cancel"):
        return (CallKind.CANCEL,)
    return (CallKind.PUBLIC,) if path.startswith(("/v5/market/", "/v5/system/")) else (CallKind.READ,)


def _body_of(asked: Asked) -> Mapping[str, object] | None:
    if asked.method != "POST":
        return None
    try:
        body = json.loads(asked.body)
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) and is_flat(body) else None


def _require_method(asked: Asked, method: str) -> None:
    if asked.method != method:
        raise VenueRefusal(BAD_PARAMETER, f"params error: {asked.path} takes {method}")
