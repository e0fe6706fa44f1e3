"""Client order ids: ownership that survives the loss of every database."""

from hashlib import sha256

from desk.contracts.ids import ExecutionDirectiveId, TradeId
from desk.contracts.orders import Leg

_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"
_TAG_LENGTH = 4
_HASH_LENGTH = 13


def desk_prefix(desk_id: str) -> str:
    """Return the five characters that every order of this desk starts with."""
    return "d" + _base36(desk_id, _TAG_LENGTH)


def client_order_id(
    desk_id: str, directive_id: ExecutionDirectiveId, trade_id: TradeId, leg: Leg, attempt: int
) -> str:
    """Derive the id of one attempt at one leg: 18 lower-case letters and digits, never starting with t."""
    identity = "|".join((desk_id, directive_id, trade_id, leg, str(attempt)))
    return desk_prefix(desk_id) + _base36(identity, _HASH_LENGTH)


def _base36(text: str, length: int) -> str:
    number = int.from_bytes(sha256(text.encode()).digest(), "big")
    digits = []
    for _ in range(length):
        number, digit = divmod(number, len(_ALPHABET))
        digits.append(_ALPHABET[digit])
    return "".join(digits)
