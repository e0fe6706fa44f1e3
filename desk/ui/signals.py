"""Signals end the screen in order: the terminal is given back, and the host stops what it runs."""

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_LEAVING = (signal.SIGHUP, signal.SIGTERM, signal.SIGINT)
_SUSPENDING = (signal.SIGTSTP, signal.SIGCONT)


@contextmanager
def leaving_on_signals(leave: Callable[[], None]) -> Iterator[None]:
    """Call `leave` on the running loop at a hang-up, a termination or an interrupt.

    Afterwards a hang-up is ignored: the host is stopping by then, and its desk must end in order. To be
    stopped and continued is then the system's business again: Textual leaves its own way behind.
    """
    loop = asyncio.get_running_loop()
    for number in _LEAVING:
        loop.add_signal_handler(number, leave)
    try:
        yield
    finally:
        for number in _LEAVING:
            loop.remove_signal_handler(number)
            signal.signal(number, signal.SIG_IGN if number is signal.SIGHUP else signal.SIG_DFL)
        for number in _SUSPENDING:
            signal.signal(number, signal.SIG_DFL)
