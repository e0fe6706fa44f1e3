"""A cause tree in words and as plain values."""

from pydantic_core import from_json

from desk.contracts.why import CauseNode, CauseTree
from desk.journal.times import iso


def tree_as_json(tree: CauseTree) -> dict[str, object]:
    """Return the tree as plain values; times are ISO, UTC."""
    nodes = [
        {
            "id": node.id,
            "parent_id": node.parent_id,
            "also_caused_by": list(node.also_caused_by),
            "is_asked": node.is_asked,
            "facts": [
                {
                    "sequence": fact.sequence,
                    "kind": fact.kind,
                    "time": iso(fact.time_ms),
                    "text": fact.text,
                    "record": from_json(fact.data),
                }
                for fact in node.facts
            ],
        }
        for node in tree.nodes
    ]
    return {"id": tree.asked_id, "is_unbroken": tree.is_unbroken, "left_out": tree.left_out, "nodes": nodes}


def tree_as_lines(tree: CauseTree) -> list[str]:
    """Write the tree as text, one line for each fact; the id that was asked for is marked."""
    lines = [line for node in tree.nodes for line in _lines(node)]
    if tree.left_out:
        lines.append(f"... and {tree.left_out} more that came of it")
    return lines


def _lines(node: CauseNode) -> list[str]:
    indent = "  " * node.depth
    mark = "  <== asked" if node.is_asked else ""
    also = f"  (also because of {', '.join(node.also_caused_by)})" if node.also_caused_by else ""
    head = f"{indent}{node.id}{mark}{also}"
    if not node.facts:
        return [f"{head}  (not in the journal)"]
    told = [f"{indent}  {iso(fact.time_ms)}  {fact.text}" for fact in node.facts]
    if node.facts_left_out:
        told.insert(1, f"{indent}  ... {node.facts_left_out} more")
    return [head, *told]
