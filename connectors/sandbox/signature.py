"""Who asks: keys, signatures and the window in which a request may arrive."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from connectors.sandbox.codes import (
    BAD_PARAMETER,
    TIMESTAMP_OFF,
    UNKNOWN_KEY,
    WRONG_SIGNATURE,
    VenueRefusal,
)

_AHEAD_MS: Final = 1000
_DEFAULT_WINDOW_MS: Final = 5000


@dataclass(frozen=True, slots=True)
class ApiKey:
    """Hold a key, its secret, and what it may do."""

    key: str
    secret: str
    may_trade: bool = True
    may_withdraw: bool = False


def signed(secret: str, payload: str) -> str:
    """Sign a payload."""
    return hmac.new(secret.encode(), payload.encode(), hashlib.sha256).hexdigest()


def check_request(
    headers: Mapping[str, str], payload: str, keys: Mapping[str, ApiKey], now_ms: int
) -> ApiKey:
    """Return the key that signed `payload`, the raw query or body; raises VenueRefusal."""
    name = headers.get("X-BAPI-API-KEY", "")
    timestamp = headers.get("X-BAPI-TIMESTAMP", "")
    window = headers.get("X-BAPI-RECV-WINDOW", "") or str(_DEFAULT_WINDOW_MS)
    if not (_is_number(timestamp) and _is_number(window)):
        raise VenueRefusal(BAD_PARAMETER, "params error: timestamp or recv_window invalid")
    key = keys.get(name)
    if key is None:
        raise VenueRefusal(UNKNOWN_KEY, "API key is invalid.")
    if not now_ms - int(window) <= int(timestamp) < now_ms + _AHEAD_MS:
        message = (
            "invalid request, please check your server timestamp or recv_window param. "
            f"req_timestamp[{timestamp}],server_timestamp[{now_ms}],recv_window[{window}]"
        )
        raise VenueRefusal(TIMESTAMP_OFF, message)
    expected = signed(key.secret, timestamp + name + window + payload)
    if not hmac.compare_digest(expected.encode(), headers.get("X-BAPI-SIGN", "").encode()):
        raise VenueRefusal(WRONG_SIGNATURE, "error sign! please check your signature generation algorithm.")
    return key


def check_stream(arguments: object, keys: Mapping[str, ApiKey], now_ms: int) -> ApiKey:
    """Return the key of a stream's auth message: key, expiry, signature; raises VenueRefusal."""
    if not isinstance(arguments, list) or len(arguments) != 3:  # noqa: PLR2004 - key, expiry, signature
        raise VenueRefusal(WRONG_SIGNATURE, "Invalid sign")
    name, expires, signature = (str(one) for one in arguments)
    key = keys.get(name)
    if key is None:
        raise VenueRefusal(UNKNOWN_KEY, "API key is invalid.")
    if not _is_number(expires) or int(expires) <= now_ms:
        raise VenueRefusal(WRONG_SIGNATURE, "Params Error: expires")
    if not hmac.compare_digest(signed(key.secret, f"GET/realtime{expires}").encode(), signature.encode()):
        raise VenueRefusal(WRONG_SIGNATURE, "Invalid sign")
    return key


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 16  # noqa: PLR2004 - longer than any time
