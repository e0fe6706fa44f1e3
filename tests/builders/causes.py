"""Cause trees made by hand: a bought trade, a refused directive, a tree of thousands of facts."""

import json
from collections.abc import Mapping, Sequence

from desk.contracts.records import EntryKind
from desk.contracts.why import CauseNode, CauseTree, TracedFact
from tests.builders.market import START_MS

TICK = "TCK_20231114_221400_00000001"
DIRECTIVE = "STR_20231114_221400_00000002"
ENTRY_PLAN = "ENT_20231114_221400_00000003"
EXECUTION = "EXE_20231114_221400_00000004"
TRADE = "TRD_20231114_221400_00000005"
ORDER = "dwtejxd3zv997rupqf"
FILL = "FIL_20231114_221400_00000006"


def fact(
    kind: EntryKind,
    text: str,
    data: Mapping[str, object] | str = "{}",
    *,
    after_ms: int = 0,
    sequence: int = 1,
) -> TracedFact:
    written = data if isinstance(data, str) else json.dumps(data)
    return TracedFact(sequence, kind.value, START_MS + after_ms, text, written)


def node(
    node_id: str,
    *facts: TracedFact,
    parent: str | None = None,
    depth: int = 0,
    also: Sequence[str] = (),
    is_asked: bool = False,
    left_out: int = 0,
) -> CauseNode:
    return CauseNode(node_id, parent, tuple(also), facts, depth, is_asked, left_out)


def tree(asked_id: str, *nodes: CauseNode, is_unbroken: bool = True, left_out: int = 0) -> CauseTree:
    return CauseTree(asked_id, nodes, is_unbroken, left_out)


def bought_tree(asked_id: str = TRADE) -> CauseTree:
    """Build what came of a tick: a trade entered at 100.2 where 100 was planned, fee 0.05 USDT."""

    def here(node_id: str, *facts: TracedFact, parent: str | None = None, depth: int = 0) -> CauseNode:
        return node(node_id, *facts, parent=parent, depth=depth, is_asked=node_id == asked_id)

    kind = EntryKind
    return tree(
        asked_id,
        here(TICK, fact(kind.TICK_RECEIVED, "tick BTC/USDT 100 (99.9/100)", {"bid": "99.9", "ask": "100"})),
        here(
            DIRECTIVE,
            fact(
                kind.DIRECTIVE_ISSUED,
                "directive NEW_TRADE BUY BTC/USDT by planner: broke out",
                {
                    "directive_id": DIRECTIVE,
                    "rationale": "broke out",
                    "strategy_planner_id": "planner",
                    "confidence": "0.7",
                    "decided_at_ms": START_MS,
                    "emergency": False,
                    "affected_asset": None,
                },
                sequence=2,
            ),
            fact(
                kind.FLOW_ENDED,
                "flow ended, success, executed: bought 1 BTC/USDT",
                {"outcome": "success", "final_state": "executed", "reason": "bought 1 BTC/USDT"},
                after_ms=90,
                sequence=9,
            ),
            parent=TICK,
            depth=1,
        ),
        here(
            ENTRY_PLAN,
            fact(
                kind.ENTRY_PLANNED,
                "entry plan BUY MARKET, reference 100",
                {"directive_id": DIRECTIVE, "reference_price": "100", "target_id": TRADE},
                sequence=3,
            ),
            parent=DIRECTIVE,
            depth=2,
        ),
        here(
            EXECUTION,
            fact(kind.EXECUTION_DIRECTED, "execution directive NEW_TRADE", sequence=4),
            parent=ENTRY_PLAN,
            depth=3,
        ),
        here(TRADE, fact(kind.TRADE_INTENDED, "trade LONG intended", sequence=5), parent=EXECUTION, depth=4),
        here(
            ORDER,
            fact(
                kind.ORDER_INTENDED,
                "order intended: entry BUY 1 BTC/USDT MARKET",
                {
                    "request": {
                        "client_order_id": ORDER,
                        "leg": "entry",
                        "side": "BUY",
                        "size_base": "1.000",
                    },
                    "trade_id": TRADE,
                    "directive_id": DIRECTIVE,
                    "late_ms": 1500,
                },
                sequence=6,
            ),
            fact(kind.ORDER_SENT, "order sent", {"client_order_id": ORDER}, after_ms=5, sequence=7),
            parent=EXECUTION,
            depth=4,
        ),
        here(
            FILL,
            fact(
                kind.FILL_BOOKED,
                "fill BUY 1 BTC/USDT at 100.2, fee 0.05 USDT",
                {
                    "client_order_id": ORDER,
                    "fill": {
                        "price": "100.2",
                        "size_base": "1",
                        "side": "BUY",
                        "fee": "0.05",
                        "fee_currency": "USDT",
                        "venue_trade_id": "1000042",
                    },
                },
                after_ms=40,
                sequence=8,
            ),
            parent=ORDER,
            depth=5,
        ),
    )


def refused_tree() -> CauseTree:
    """Build a directive that the gate refused."""
    directed = fact(EntryKind.DIRECTIVE_ISSUED, "directive NEW_TRADE SELL BTC/USDT by planner: fell")
    refused = fact(
        EntryKind.DIRECTIVE_REFUSED,
        "refused by max open trades: 5 of 5 are open",
        {"refused_by": "max open trades", "reason": "5 of 5 are open"},
        sequence=2,
    )
    ended = fact(
        EntryKind.FLOW_ENDED,
        "flow ended, error, refused: 5 of 5 are open",
        {"outcome": "error", "final_state": "refused", "reason": "5 of 5 are open"},
        sequence=3,
    )
    return tree(
        DIRECTIVE,
        node(TICK, fact(EntryKind.TICK_RECEIVED, "tick BTC/USDT 100 (99.9/100)")),
        node(DIRECTIVE, directed, refused, ended, parent=TICK, depth=1, is_asked=True),
    )


def huge_tree(nodes: int = 4000) -> CauseTree:
    """Build a tick with a chain of directives below it, each with three facts."""
    facts = [fact(EntryKind.ORDER_OBSERVED, f"venue: OPEN {number}", sequence=number) for number in range(3)]
    below = (
        node(f"STR_20231114_221400_{number:08x}", *facts, parent=TICK, depth=1 + number % 30)
        for number in range(nodes)
    )
    return tree(TICK, node(TICK, facts[0], is_asked=True), *below)
