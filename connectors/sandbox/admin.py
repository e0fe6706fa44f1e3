"""The other door: what a rehearsal does to the exchange, and the truth it compares a desk with."""

import json
from collections.abc import Callable, Mapping

from pydantic import Field, ValidationError
from pydantic_core import ErrorDetails

from connectors.sandbox.codes import VenueRefusal
from connectors.sandbox.faults import FAULTS, FaultOrder
from connectors.sandbox.harm import Reply
from connectors.sandbox.rest import Asked
from connectors.sandbox.truth import truth_of
from connectors.sandbox.venue import LocalVenue
from connectors.sandbox.wire import Row
from desk.contracts.dto import Dto, Positive, Symbol
from desk.contracts.sides import OrderSide


class PriceOrder(Dto):
    """Ask for a price."""

    symbol: Symbol
    price: Positive
    bid: Positive | None = None
    ask: Positive | None = None


class HandOrder(Dto):
    """Ask for a trade by another hand."""

    symbol: Symbol
    side: OrderSide
    size_base: Positive
    limit_price: Positive | None = None
    reduce_only: bool = False
    key: str | None = None


class Lift(Dto):
    """Ask for the end of a fault, of all of them without a number."""

    number: int | None = Field(default=None, ge=1)


class Admin:
    """Answer `/admin/…`: prices, another hand, faults, and the truth."""

    def __init__(self, venue: LocalVenue) -> None:
        self._venue = venue
        self._routes: Mapping[tuple[str, str], Callable[[str], object]] = {
            ("GET", "/admin/faults"): lambda _: self._faults(),
            ("POST", "/admin/faults"): self._inject,
            ("DELETE", "/admin/faults"): self._lift,
            ("POST", "/admin/price"): self._price,
            ("POST", "/admin/trade"): self._trade,
            ("GET", "/admin/truth"): lambda _: truth_of(venue),
        }

    def answer(self, asked: Asked) -> Reply:
        """Answer one request; what cannot be done is a 4xx with the reason."""
        route = self._routes.get((asked.method, asked.path))
        if route is None:
            known = ", ".join(f"{method} {path}" for method, path in self._routes)
            return _wrong(404, f"not known here; known are {known}")
        if "Origin" in asked.headers:
            return _wrong(403, "a web page has no business here")
        try:
            return Reply.of_json(route(asked.body))
        except ValidationError as error:
            return _wrong(400, "; ".join(map(_told, error.errors())))
        except VenueRefusal as refusal:
            return _wrong(409, refusal.message)
        except KeyError as error:
            return _wrong(404, f"{error.args[0]} is not known here")

    def _faults(self) -> Row:
        return {
            "known": {
                name: {
                    "summary": one.summary,
                    "strikes": list(one.strikes),
                    "parameters": list(one.parameters),
                }
                for name, one in FAULTS.items()
            },
            "active": [
                {"number": one.number, "struck": one.struck, **_said(one.order)}
                for one in self._venue.faults.active
            ],
        }

    def _inject(self, body: str) -> Row:
        return {"number": self._venue.inject(FaultOrder.model_validate_json(body)).number}

    def _lift(self, body: str) -> Row:
        number = Lift.model_validate_json(body or "{}").number
        if number is None:
            self._venue.faults.clear()
            return {"lifted": True}
        return {"lifted": self._venue.faults.lift(number)}

    def _price(self, body: str) -> Row:
        order = PriceOrder.model_validate_json(body)
        self._venue.set_price(order.symbol, order.price, bid=order.bid, ask=order.ask)
        return {}

    def _trade(self, body: str) -> Row:
        order = HandOrder.model_validate_json(body)
        card = self._venue.hand.trade(
            order.symbol,
            order.side,
            order.size_base,
            limit_price=order.limit_price,
            reduce_only=order.reduce_only,
            key=order.key,
        )
        return {"orderId": card.order_id}


def _said(order: FaultOrder) -> Row:
    said: Row = json.loads(order.model_dump_json(exclude_unset=True))
    return said


def _told(error: ErrorDetails) -> str:
    """Say where the fault is, where it is at one key, what is wrong, and the remedy that its rule names."""
    where = ".".join(map(str, error["loc"]))
    remedy = error.get("ctx", {}).get("remedy")
    said = f"{where}: {error['msg']}" if where else error["msg"]
    return f"{said}; {remedy}" if remedy else said


def _wrong(status: int, what: str) -> Reply:
    return Reply.of_json({"error": what}, status=status)
