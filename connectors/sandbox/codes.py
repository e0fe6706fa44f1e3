"""The venue's answers to what it does not do: a code for programs, a text for people."""

from typing import Final

from connectors.venue.refusals import RefusalCode

BAD_PARAMETER: Final = 10001
TIMESTAMP_OFF: Final = 10002
UNKNOWN_KEY: Final = 10003
WRONG_SIGNATURE: Final = 10004
NO_PERMISSION: Final = 10005
TOO_MANY_REQUESTS: Final = 10006
SERVER_TROUBLE: Final = 10016
LEVERAGE_NOT_CHANGED: Final = 110043
MODE_NOT_CHANGED: Final = 110025
STOPS_NOT_CHANGED: Final = 34040
NO_POSITION: Final = 10001


class VenueRefusal(Exception):
    """The venue answers with a code other than zero, and does nothing."""

    def __init__(self, code: int, message: str) -> None:
        """Keep what the reply says."""
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


_LINEAR: Final = {
    RefusalCode.DUPLICATE_CLIENT_ID: (110072, "OrderLinkedID is duplicate"),
    RefusalCode.UNKNOWN_SYMBOL: (BAD_PARAMETER, "params error: symbol invalid"),
    RefusalCode.UNKNOWN_ORDER: (110001, "order not exists or too late to replace or cancel"),
    RefusalCode.ORDER_NOT_OPEN: (110001, "order not exists or too late to replace or cancel"),
    RefusalCode.INVALID_CLIENT_ID: (BAD_PARAMETER, "params error: orderLinkId invalid"),
    RefusalCode.INVALID_SIZE: (BAD_PARAMETER, "Qty invalid"),
    RefusalCode.SIZE_STEP: (BAD_PARAMETER, "Qty invalid"),
    RefusalCode.SIZE_BELOW_MINIMUM: (BAD_PARAMETER, "The number of contracts exceeds minimum limit allowed"),
    RefusalCode.SIZE_ABOVE_MAXIMUM: (BAD_PARAMETER, "The number of contracts exceeds maximum limit allowed"),
    RefusalCode.NOTIONAL_BELOW_MINIMUM: (110094, "Order does not meet minimum order value"),
    RefusalCode.INVALID_PRICE: (110003, "Order price exceeds the allowable range"),
    RefusalCode.PRICE_STEP: (110003, "Order price is not a multiple of the tick size"),
    RefusalCode.NO_MARKET: (110074, "This contract is not live"),
    RefusalCode.WOULD_TRIGGER: (110092, "the trigger price is passed already"),
    RefusalCode.ALREADY_TRIGGERED: (110001, "order not exists or too late to replace or cancel"),
    RefusalCode.REDUCE_ONLY: (110017, "current position is zero, cannot fix reduce-only order qty"),
    RefusalCode.INSUFFICIENT_BALANCE: (110007, "ab not enough for new order"),
    RefusalCode.INSUFFICIENT_MARGIN: (110007, "ab not enough for new order"),
}
_SPOT: Final = _LINEAR | {
    RefusalCode.DUPLICATE_CLIENT_ID: (170141, "Duplicate clientOrderId"),
    RefusalCode.UNKNOWN_SYMBOL: (170121, "Invalid symbol."),
    RefusalCode.UNKNOWN_ORDER: (170213, "Order does not exist."),
    RefusalCode.ORDER_NOT_OPEN: (170213, "Order does not exist."),
    RefusalCode.ALREADY_TRIGGERED: (170213, "Order does not exist."),
    RefusalCode.SIZE_STEP: (170137, "Order volume decimal too long."),
    RefusalCode.SIZE_BELOW_MINIMUM: (170136, "Order quantity lower than the minimum."),
    RefusalCode.SIZE_ABOVE_MAXIMUM: (170135, "Order quantity exceeded upper limit."),
    RefusalCode.NOTIONAL_BELOW_MINIMUM: (170140, "Order value exceeded lower limit."),
    RefusalCode.INVALID_PRICE: (170133, "Order price lower than the minimum."),
    RefusalCode.PRICE_STEP: (170134, "Order price decimal too long."),
    RefusalCode.NO_MARKET: (170210, "New order rejected."),
    RefusalCode.WOULD_TRIGGER: (170116, "Invalid orderType: the trigger price is passed already"),
    RefusalCode.INSUFFICIENT_BALANCE: (170131, "Insufficient balance."),
    RefusalCode.INSUFFICIENT_MARGIN: (170131, "Insufficient balance."),
}


def refusal_of(code: str, reason: str, *, is_spot: bool) -> VenueRefusal:
    """Say a refusal of the matching venue in the dialect; `reason` stands behind the usual text."""
    number, text = (_SPOT if is_spot else _LINEAR).get(RefusalCode(code), (SERVER_TROUBLE, "Server error"))
    return VenueRefusal(number, f"{text} ({reason})")
