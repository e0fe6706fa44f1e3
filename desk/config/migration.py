"""V2 manifests of type ExecutionWorker: refused, each with its line of the migration table."""

from collections.abc import Mapping

from desk.config.document import Document, KeyPath, Value, shown
from desk.contracts.problems import Problem

_TYPE = "executionworker"
_TABLE: Mapping[str, str] = {
    "TRADE_INITIATION": "delete it: the platform's PlanExecutionOrchestrator executes directives",
    "POSITION_MANAGEMENT": "make it a DYNAMIC_MANAGEMENT worker issuing MODIFY_EXISTING directives",
    "RISK_SAFETY": "make it a RISK_CONTROL worker issuing CLOSE_EXISTING directives",
    "OPERATIONAL": "make it a SCHEDULED_OPERATIONS worker issuing NEW_TRADE or MODIFY_EXISTING directives",
}


def execution_workers(document: Document) -> list[Problem]:
    """Find every V2 ExecutionWorker manifest: the document itself, its identification, or a worker of it."""
    places: list[KeyPath] = [(), ("identification",)]
    workers = document.data.get("workers")
    if isinstance(workers, list):
        for index in range(len(workers)):
            places += [("workers", index), ("workers", index, "identification")]
    return [problem for path in places if (problem := _problem(document, path)) is not None]


def migration_of(kind: object, subtype: object) -> str | None:
    """Return what becomes of a V2 worker's manifest; None where it is no ExecutionWorker of the table."""
    if not isinstance(kind, str) or not isinstance(subtype, str) or _folded(kind) != _TYPE:
        return None
    return _TABLE.get(subtype.upper())


def _problem(document: Document, path: KeyPath) -> Problem | None:
    manifest = document.value(path)
    if not isinstance(manifest, dict) or _folded(manifest.get("type")) != _TYPE:
        return None
    subtype = manifest.get("subtype")
    name = str(subtype).upper() if isinstance(subtype, str) else ""
    if name in _TABLE:
        return document.problem(
            (*path, "subtype"), f"a V2 ExecutionWorker of {name} is not supported", _TABLE[name]
        )
    listed = ", ".join(_TABLE)
    what = f"a V2 ExecutionWorker of subtype {shown(subtype)} is not supported"
    return document.problem((*path, "type"), what, f"see the migration guide for its subtype: {listed}")


def _folded(value: Value) -> str:
    return value.replace("_", "").replace(" ", "").lower() if isinstance(value, str) else ""
