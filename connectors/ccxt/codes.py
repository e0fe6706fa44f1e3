"""What venues' codes prove, venue by venue; what is not listed here proves nothing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Said = tuple[str, str]
"""A venue's code and its words."""


@dataclass(frozen=True, slots=True)
class VenueCodes:
    """State how one venue says no.

    `refused`: nothing was taken; a code may stand with a part of the words that must come with it.
    `present`: an order with this client id is there already. `gone`: nothing to cancel or amend was found,
    which may mean that it filled. `unchanged`: the order is as was asked already. `busy`: over the budget.
    """

    said: Callable[[Any], Said]
    refused: frozenset[str] = frozenset()
    refused_words: tuple[tuple[str, str], ...] = ()
    present: frozenset[str] = frozenset()
    present_words: tuple[tuple[str, str], ...] = ()
    gone: frozenset[str] = frozenset()
    unchanged_words: tuple[str, ...] = ()
    busy: frozenset[str] = frozenset()
    skewed: frozenset[str] = frozenset()
    unauthorized: frozenset[str] = frozenset()

    def is_present(self, said: Said) -> bool:
        """Tell whether the venue has an order with this client id."""
        return said[0] in self.present or _is_worded(said, self.present_words)

    def is_refused(self, said: Said) -> bool:
        """Tell whether the venue proves that it took nothing."""
        proven = self.refused | self.busy | self.skewed | self.unauthorized
        return said[0] in proven or _is_worded(said, self.refused_words)

    def is_unchanged(self, said: Said) -> bool:
        """Tell whether an amend changed nothing because nothing was to change."""
        return any(one in said[1].lower() for one in self.unchanged_words)


def _is_worded(said: Said, pairs: tuple[tuple[str, str], ...]) -> bool:
    code, words = said
    return any(code == one and part in words.lower() for one, part in pairs)


def _field(reply: object, *names: str) -> str:
    if not isinstance(reply, Mapping):
        return ""
    found = next((reply[name] for name in names if reply.get(name) not in (None, "")), "")
    return str(found)


def _listed(*lines: str) -> frozenset[str]:
    return frozenset(code for line in lines for code in line.split())


def plainly(reply: object) -> Said:
    """Read `code` and `msg`, as most venues write them."""
    return _field(reply, "code", "retCode", "error"), _field(reply, "msg", "message", "retMsg", "error")


def _okx(reply: object) -> Said:
    rows = reply.get("data") if isinstance(reply, Mapping) else None
    row = rows[0] if isinstance(rows, list) and rows else {}
    return _field(row, "sCode") or _field(reply, "code"), _field(row, "sMsg") or _field(reply, "msg")


def _krakenfutures(reply: object) -> Said:
    if not isinstance(reply, Mapping):
        return "", ""
    states = (reply.get(one) for one in ("sendStatus", "editStatus", "cancelStatus"))
    status = next((one for one in states if isinstance(one, Mapping)), None)
    code = _field(reply, "error") or _field(status, "status")
    return code, code


BYBIT = VenueCodes(
    said=plainly,
    refused=_listed(
        "10001 110003 110004 110006 110007 110012 110017 110020 110074 110092 110093 110094 170116",
        "170121 170131 170132 170133 170134 170135 170136 170137 170140 170210",
    ),
    present=_listed("110072 170141 12141 10014"),
    gone=_listed("110001 110008 110010 170213 170142 170139"),
    unchanged_words=("not modified", "unchanged", "remains unchanged"),
    busy=_listed("10006 10018"),
    skewed=_listed("10002"),
    unauthorized=_listed("10003 10004 10005 10010"),
)

BINANCE = VenueCodes(
    said=plainly,
    refused=_listed(
        "-1013 -1022 -1100 -1102 -1106 -1111 -1121 -2018 -2019 -2021 -2022 -2027 -4003 -4005 -4014", "-4164"
    ),
    refused_words=(
        ("-2010", "insufficient balance"),
        ("-2010", "market is closed"),
        ("-2010", "filter failure"),
        ("-2010", "immediately trigger"),
        ("-2010", "immediately match"),
    ),
    present=_listed("-4116"),
    present_words=(("-2010", "duplicate order"),),
    gone=_listed("-2011 -2013"),
    skewed=_listed("-1021"),
    unauthorized=_listed("-2014 -2015"),
    unchanged_words=("no need to modify",),
)

OKX = VenueCodes(
    said=_okx,
    refused=_listed(
        "51000 51001 51003 51004 51005 51006 51008 51020 51119 51121 51131 51169 51202 51203 51277",
        "51278 51279 51280",
    ),
    present=_listed("51016"),
    gone=_listed("51400 51401 51402 51503 51603"),
    busy=_listed("50011 50061"),
    skewed=_listed("50102"),
    unauthorized=_listed("50100 50101 50103 50104 50105 50110 50111 50113 50119"),
)

KRAKENFUTURES = VenueCodes(
    said=_krakenfutures,
    refused=_listed(
        "insufficientAvailableFunds invalidOrderType invalidSide invalidSize invalidPrice",
        "wouldNotReducePosition postWouldExecute iocWouldNotExecute marketSuspended marketInactive",
        "tooManySmallOrders maxPositionViolation outsidePriceCollar invalidArgument",
    ),
    present=_listed("clientOrderIdAlreadyExist cliOrdIdAlreadyExists"),
    gone=_listed("notFound orderForEditNotFound filled"),
    busy=_listed("apiLimitExceeded"),
    skewed=_listed("nonceBelowThreshold nonceDuplicate"),
    unauthorized=_listed("authenticationError accountInactive"),
)

UNLISTED = VenueCodes(said=plainly)
"""A venue whose codes nobody has checked: its words prove nothing."""

BY_EXCHANGE: Mapping[str, VenueCodes] = {
    "bybit": BYBIT,
    "bybiteu": BYBIT,
    "bybitid": BYBIT,
    "binance": BINANCE,
    "binanceus": BINANCE,
    "binanceusdm": BINANCE,
    "okx": OKX,
    "okxus": OKX,
    "myokx": OKX,
    "krakenfutures": KRAKENFUTURES,
}


def codes_of(exchange: str) -> VenueCodes:
    """Return what is known of an exchange's codes."""
    return BY_EXCHANGE.get(exchange, UNLISTED)
