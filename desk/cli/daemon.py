"""`desk daemon`: the desk without a screen, until it is told to stop."""

import faulthandler
import os
import signal
from contextlib import suppress

from desk.cli.configuring import configure
from desk.cli.options import RunOptions
from desk.cli.running import run_headless
from desk.runtime.systemd import service_manager_of


def command(options: RunOptions) -> int:
    """Run until SIGTERM, SIGINT or the duration; positions and stops stay as they are.

    SIGHUP opens the log anew. Under systemd it says when it is ready and that it lives: a core that is
    blocked is aborted, and says on stderr where it was.
    """
    with suppress(RuntimeError, OSError):  # there may be no stderr to say it on
        faulthandler.enable()
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # until there is a log to open anew
    configuration = configure(options)
    service = service_manager_of(os.environ, os.getpid())
    try:
        return run_headless(configuration, options, options.duration_ms, service)
    finally:
        service.close()
