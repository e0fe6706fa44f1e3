"""Why a venue says no: a code for programs, a sentence for people."""

from enum import StrEnum


class RefusalCode(StrEnum):
    """The reason of a NOT_ACCEPTED outcome, or of an order the venue ended by itself."""

    DUPLICATE_CLIENT_ID = "DUPLICATE_CLIENT_ID"
    UNKNOWN_SYMBOL = "UNKNOWN_SYMBOL"
    UNKNOWN_ORDER = "UNKNOWN_ORDER"
    ORDER_NOT_OPEN = "ORDER_NOT_OPEN"
    INVALID_CLIENT_ID = "INVALID_CLIENT_ID"
    INVALID_SIZE = "INVALID_SIZE"
    SIZE_STEP = "SIZE_STEP"
    SIZE_BELOW_MINIMUM = "SIZE_BELOW_MINIMUM"
    SIZE_ABOVE_MAXIMUM = "SIZE_ABOVE_MAXIMUM"
    NOTIONAL_BELOW_MINIMUM = "NOTIONAL_BELOW_MINIMUM"
    INVALID_PRICE = "INVALID_PRICE"
    PRICE_STEP = "PRICE_STEP"
    NO_MARKET = "NO_MARKET"
    WOULD_TRIGGER = "WOULD_TRIGGER"
    ALREADY_TRIGGERED = "ALREADY_TRIGGERED"
    REDUCE_ONLY = "REDUCE_ONLY"
    OCO = "OCO"
    POST_ONLY = "POST_ONLY"
    LEVERAGE = "LEVERAGE"
    NO_LIQUIDITY = "NO_LIQUIDITY"
    INSUFFICIENT_BALANCE = "INSUFFICIENT_BALANCE"
    INSUFFICIENT_MARGIN = "INSUFFICIENT_MARGIN"
    VENUE_UNAVAILABLE = "VENUE_UNAVAILABLE"


class Refusal(Exception):
    """The venue does not do what was asked, and nothing changed."""

    def __init__(self, code: RefusalCode, reason: str) -> None:
        """Keep the code and the sentence."""
        super().__init__(f"{code}: {reason}")
        self.code = code
        self.reason = reason
