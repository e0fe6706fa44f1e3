"""`desk workers`: what workers there are, what one takes, hears and keeps, and which of them run."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from desk.cli.known_workers import KnownWorker, is_worker_path, known_workers, worker_at
from desk.cli.options import WorkersOptions
from desk.cli.output import ExitCode, problem_fields, say, say_json, table
from desk.cli.parameter_words import default_words, range_words, type_words, unit_words
from desk.cli.reaching import ask, storage_of
from desk.config.blueprint_file import named
from desk.config.faults import suggestion
from desk.contracts.manifests import WorkerCategory, WorkerManifest
from desk.contracts.ports.client import DeskUnreachable
from desk.contracts.problems import InputRefused, Problem
from desk.contracts.snapshot import WorkerRow


@dataclass(frozen=True, slots=True)
class _Running:
    """Hold the workers of the desk that runs here, or why none is known to."""

    rows: Sequence[WorkerRow] | None
    why_not: str = ""

    def of(self, manifest: WorkerManifest) -> Sequence[WorkerRow]:
        """Return the rows of one worker, as far as a name tells."""
        return [one for one in self.rows or () if one.name == manifest.name]


def command(name: str | None, options: WorkersOptions) -> int:
    """List the workers, or show the named one; raises InputRefused for a name nobody has."""
    if name is None:
        _list(known_workers(options.blueprints), _running(options), as_json=options.desk.json)
        return ExitCode.DONE
    found = worker_at(name) if is_worker_path(name) else _named(name, options)
    if found.manifest is None:
        raise InputRefused(*() if found.refused is None else (found.refused,))
    running = _running(options)
    if options.desk.json:
        say_json(_fields(found) | {"running": _rows(running, running.of(found.manifest))})
    else:
        _show(found, found.manifest, running)
    return ExitCode.DONE


def _named(name: str, options: WorkersOptions) -> KnownWorker:
    known = {
        one.use if one.manifest is None else one.manifest.name: one
        for one in known_workers(options.blueprints)
    }
    manifests = {key: one.manifest for key, one in known.items() if one.manifest is not None}
    found = named(name, manifests)
    if found is not None:
        return known[found.name]
    if name in known:
        return known[name]
    remedy = suggestion(name, manifests, "write one of")
    raise InputRefused(Problem("desk workers", None, "", f"there is no worker {name!r}", remedy))


def _running(options: WorkersOptions) -> _Running:
    """Ask the desk that lives here how its workers are; without one, say why."""
    platform = options.desk.platform
    if not platform.exists():
        return _Running(None, f"no desk is known here: there is no {platform}")
    try:
        seen = ask(storage_of(options.desk), lambda client: client.snapshot())
    except DeskUnreachable:
        return _Running(None, f"no desk of {platform} runs, so none of them does")
    except InputRefused as refused:
        return _Running(None, f"no desk can be asked: {refused.problems[0]}")
    return _Running(seen.workers)


def _list(known: Sequence[KnownWorker], running: _Running, *, as_json: bool) -> None:
    ordered = sorted(known, key=_order)
    if as_json:
        workers = [_fields(one) for one in ordered]
        say_json({"workers": workers, "running": _rows(running, running.rows)})
        return
    say(table([_line(one) for one in ordered]))
    say()
    for line in _states(running, running.rows):
        say(line)


def _order(one: KnownWorker) -> tuple[int, str]:
    categories = list(WorkerCategory)
    place = len(categories) if one.manifest is None else categories.index(one.manifest.category)
    return place, one.use


def _line(one: KnownWorker) -> tuple[str, ...]:
    if one.manifest is None:
        what = "" if one.refused is None else f"refused: {one.refused.what}; {one.refused.remedy}"
        return one.use, "-", one.place, what
    return one.manifest.name, one.manifest.category.value, one.place, one.manifest.summary


def _states(running: _Running, rows: Sequence[WorkerRow] | None) -> Iterator[str]:
    if running.rows is None:
        yield running.why_not
    elif not rows:
        yield "the desk that runs here does not use it"
    else:
        head = ("running as", "in", "state", "errors", "reason")
        body = [(one.name, one.strategy_id, str(one.status), str(one.errors), one.reason) for one in rows]
        yield table([head, *body])


def _rows(running: _Running, rows: Sequence[WorkerRow] | None) -> list[dict[str, object]] | None:
    if running.rows is None:
        return None
    return [
        {
            "name": one.name,
            "strategy_id": one.strategy_id,
            "category": one.category,
            "status": str(one.status),
            "errors": one.errors,
            "reason": one.reason,
        }
        for one in rows or ()
    ]


def _fields(one: KnownWorker) -> dict[str, object]:
    manifest = one.manifest
    if manifest is None:
        problem = None if one.refused is None else problem_fields(one.refused)
        return {"name": one.use, "place": one.place, "refused": problem}
    return {
        "name": manifest.name,
        "use": one.use,
        "category": manifest.category.value,
        "place": one.place,
        "summary": manifest.summary,
        "hears": sorted(manifest.handlers),
        "publishes": sorted(manifest.publishes),
        "parameters": [
            {
                "name": name,
                "type": type_words(field),
                "unit": unit_words(field),
                "default": None if field.is_required() else default_words(field),
                "required": field.is_required(),
                "range": range_words(field),
                "description": field.description or "",
            }
            for name, field in manifest.parameters.model_fields.items()
        ],
        "state": dict(manifest.state),
    }


def _show(one: KnownWorker, manifest: WorkerManifest, running: _Running) -> None:
    say(f"{manifest.name} ({manifest.category.value}, {one.place})")
    say(f"  {manifest.summary}")
    say(f"\nhears      {', '.join(sorted(manifest.handlers)) or 'nothing'}")
    say(f"publishes  {', '.join(sorted(manifest.publishes)) or 'nothing'}")
    fields = manifest.parameters.model_fields
    if fields:
        head = ("parameter", "type", "unit", "default", "range", "meaning")
        body = [
            (key, type_words(of), unit_words(of), default_words(of), range_words(of), of.description or "")
            for key, of in fields.items()
        ]
        say("\n" + table([head, *body]))
    keeps = list(manifest.state.items()) or [
        ("nothing", "after a restart it knows what it must from the market and the book")
    ]
    say("\n" + table([("keeps", "meaning"), *keeps]))
    say()
    for line in _states(running, running.of(manifest)):
        say(line)
