"""How a create, amend or cancel ended, by what is proven; the default is UNKNOWN."""

import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote

from connectors.ccxt.codes import VenueCodes
from connectors.ccxt.hosts import HostRefused
from connectors.ccxt.pacer import Barred
from connectors.ccxt.wire import Call

_NEVER_CONNECTED = frozenset(
    (
        "ClientConnectorError", "ClientConnectorDNSError", "ClientConnectorCertificateError",
        "ClientConnectorSSLError", "ConnectionRefusedError", "ConnectionTimeoutError", "gaierror",
    )
)  # fmt: skip
_UNAUTHORIZED_STATUS = 401
_FINAL_STATUS = 500
_LONGEST_REASON = 300
_SIGNATURE = re.compile(r"(?i)\b((?:signature|sign|api[-_]?key)[=:\s\"']+)[^&\s\"',}]+")


class Ending(StrEnum):
    """What is proven of one request."""

    NOT_SENT = "NOT_SENT"
    REFUSED = "REFUSED"
    PRESENT = "PRESENT"
    GONE = "GONE"
    UNCHANGED = "UNCHANGED"
    TAKEN = "TAKEN"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Say how a request ended, and by what words; `is_skewed` asks for the clock to be measured.

    `is_passing` is a refusal for the moment, not for what was asked: the same may be asked again.
    """

    ending: Ending
    code: str = ""
    reason: str = ""
    is_skewed: bool = False
    is_passing: bool = False


def judge_reply(row: object, client_order_id: str | None, call: Call, codes: VenueCodes) -> Verdict:
    """Judge an answer that raised nothing: only one with the order's id proves anything."""
    said = codes.said(call.reply)
    venue_id = row.get("id") if isinstance(row, Mapping) else None
    if not venue_id or venue_id == "None":
        if codes.is_refused(said):
            return Verdict(Ending.REFUSED, *said)
        return Verdict(Ending.UNKNOWN, said[0], "the venue answered without an order id")
    echoed = row.get("clientOrderId") if isinstance(row, Mapping) else None
    if echoed and client_order_id is not None and not str(echoed).endswith(client_order_id):
        return Verdict(Ending.UNKNOWN, said[0], f"the venue answered about another order, {echoed}")
    return Verdict(Ending.TAKEN)


def judge_failure(error: BaseException, call: Call, codes: VenueCodes, secrets: tuple[str, ...]) -> Verdict:
    """Judge an exception by what the wire saw, not by its class."""
    reason = redacted(f"{type(error).__name__}: {error}", secrets)
    if not call.has_left:
        code = (
            "BARRED" if isinstance(error, Barred) else "GUARD" if isinstance(error, HostRefused) else "LOCAL"
        )
        return Verdict(Ending.NOT_SENT, code, reason)
    if _never_connected(error) and not call.may_have_been_sent_twice:
        return Verdict(Ending.NOT_SENT, "CONNECT", reason)
    return _judge_answer(call, codes, reason)


def _judge_answer(call: Call, codes: VenueCodes, reason: str) -> Verdict:
    """Judge by the venue's own code; a server error's code comes from no one who knows."""
    said = codes.said(call.reply)
    if call.status is None or call.status >= _FINAL_STATUS:
        return Verdict(Ending.UNKNOWN, said[0], reason)
    code, words = said
    if codes.is_refused(said) and not codes.is_unchanged(said):
        is_skewed = code in codes.skewed
        return Verdict(Ending.REFUSED, code, words, is_skewed, is_skewed or code in codes.busy)
    proven = (
        (codes.is_present(said), Ending.PRESENT),
        (code in codes.gone, Ending.GONE),
        (codes.is_unchanged(said), Ending.UNCHANGED),
        (call.status == _UNAUTHORIZED_STATUS, Ending.REFUSED),
    )
    ending = next((one for is_so, one in proven if is_so), Ending.UNKNOWN)
    return Verdict(ending, code, words or reason)


def _never_connected(error: BaseException) -> bool:
    cause: BaseException | None = error
    while cause is not None:
        if type(cause).__name__ in _NEVER_CONNECTED:
            return True
        cause = cause.__cause__
    return False


def redacted(text: str, secrets: tuple[str, ...]) -> str:
    """Return a venue's words without any secret, on one line, not longer than a line should be."""
    for one in filter(None, secrets):
        for form in (one, quote(one, safe=""), b64encode(one.encode()).decode()):
            text = text.replace(form, "***")
    text = _SIGNATURE.sub(r"\1***", text)
    return " ".join(text.split())[:_LONGEST_REASON]
