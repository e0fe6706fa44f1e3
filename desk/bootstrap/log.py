"""The log of a desk, as its configuration wants it."""

from desk.config.configuration import Configuration
from desk.runtime.log_file import LogFile, open_log

_BYTES_PER_MB = 1_000_000


def opened_log(configuration: Configuration) -> LogFile:
    """Open the log to append to; the state folder exists."""
    storage = configuration.platform.storage
    monitoring = configuration.platform.orchestration.plan_execution.monitoring
    return open_log(
        configuration.storage.log,
        logs_executions=monitoring.log_all_executions,
        size_bytes=storage.log_size_mb * _BYTES_PER_MB,
        kept=storage.log_files,
    )
