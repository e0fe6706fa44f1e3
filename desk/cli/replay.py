"""`desk replay`: the whole desk on recorded data, as fast as the machine allows."""

import os
import sys
import time
from collections.abc import Sequence

from desk.bootstrap.plugins import offered_plugins
from desk.bootstrap.rehearsal import Rehearsal, rehearse
from desk.bootstrap.settings import instruments
from desk.cli.options import DataFile, ReplayOptions
from desk.cli.output import ExitCode, complain
from desk.cli.stream import EventStream
from desk.cli.summary import say_summary
from desk.config.configuration import Configuration, load_configuration
from desk.config.cross_check import check_rehearsal
from desk.contracts.problems import InputRefused, Problem
from desk.contracts.records import JournalEntry, WorkerStatusChanged
from desk.contracts.states import WorkerStatus
from desk.feeds.csv_survey import CsvSurvey, survey
from desk.feeds.replay import ReplayProgress, ReplaySource
from desk.runtime.faults import stopped_worker_text

_SEED = 1
_PROGRESS_EVERY_S = 1.0


def command(options: ReplayOptions) -> int:
    """Check everything, play it, and sum up."""
    configuration = load_configuration(
        options.platform, options.blueprints, options.settings, os.environ, offered_plugins()
    )
    check_rehearsal(configuration.platform_file, configuration.blueprints)
    sources = [_source(file, configuration) for file in options.data]
    surveys = [survey(source.path, is_strict=options.strict) for source in sources]
    for one in surveys:
        _tell_holes(one)
    _tell_silent(sources, configuration)
    block = configuration.platform.orchestration.plan_execution.monitoring
    stream = EventStream(as_json=options.json, logs_executions=block.log_all_executions)
    storage = configuration.storage.replay
    summary = rehearse(
        Rehearsal(
            configuration=configuration,
            sources=sources,
            storage=storage,
            seed=_SEED,
            on_entry=stream.on_entry if options.json else _tell_stopped,
            on_progress=_Progress(),
            log=lambda event, text: complain(f"desk: {event}: {text}"),
        )
    )
    complain(f"journal: {storage.journal}")
    say_summary(summary, as_json=options.json, time_ms=max(one.last_ms for one in surveys))
    return ExitCode.DONE


def _tell_stopped(entry: JournalEntry) -> None:
    """Tell of a worker that the platform stopped; a replay's text output is its summary, without the rest."""
    record = entry.record
    if isinstance(record, WorkerStatusChanged) and record.status is WorkerStatus.STOPPED:
        complain(f"desk: {stopped_worker_text(record.worker, record.strategy_id, record.reason)}")


def _source(file: DataFile, configuration: Configuration) -> ReplaySource:
    known = {one.symbol: one for one in instruments(configuration.platform)}
    symbol = file.symbol or _only_symbol(file, configuration)
    if symbol not in known:
        remedy = f"write one of {', '.join(sorted(known))}, or add it to instruments"
        raise InputRefused(
            Problem(str(file.path), None, "--data", f"{symbol} is no instrument of platform.yaml", remedy)
        )
    return ReplaySource(known[symbol], file.path)


def _only_symbol(file: DataFile, configuration: Configuration) -> str:
    symbols = sorted({symbol for one in configuration.blueprints for symbol in one.blueprint.symbols})
    if len(symbols) != 1:
        what = f"the blueprints trade {len(symbols)} symbols, so it is not clear which one this is"
        remedy = f"write SYMBOL={file.path} with one of {', '.join(symbols)}"
        raise InputRefused(Problem(str(file.path), None, "--data", what, remedy))
    return symbols[0]


def _tell_holes(one: CsvSurvey) -> None:
    if not one.hole_count:
        return
    first = one.holes[0]
    complain(
        f"{one.path}: {one.hole_count} holes, {one.missing_candles} candles missing, the first before line "
        f"{first.line}; use --strict to refuse such data"
    )


def _tell_silent(sources: Sequence[ReplaySource], configuration: Configuration) -> None:
    heard = {one.instrument.symbol for one in sources}
    for file in configuration.blueprints:
        silent = [symbol for symbol in file.blueprint.symbols if symbol not in heard]
        if silent:
            complain(f"{file.strategy_id}: no --data brings {', '.join(silent)}, so nothing happens there")


class _Progress:
    """Show on stderr how far a replay is, about once a second."""

    def __init__(self) -> None:
        self._last = time.monotonic()

    def __call__(self, progress: ReplayProgress) -> None:
        now = time.monotonic()
        is_done = progress.bytes_done >= progress.bytes_total
        if now - self._last < _PROGRESS_EVERY_S and not (is_done and sys.stderr.isatty()):
            return
        self._last = now
        share = 100 * progress.bytes_done // max(progress.bytes_total, 1)
        end = "\n" if is_done or not sys.stderr.isatty() else "\r"
        sys.stderr.write(f"replay {share:3d} %, {progress.rows_done} rows{end}")
        sys.stderr.flush()
