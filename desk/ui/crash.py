"""How the screen ends when it fails: one line that names the place, and no value of any variable."""

import traceback
from pathlib import Path

from rich.text import Text
from textual.app import App
from textual.worker import WorkerFailed


class CrashQuietly(App[int]):
    """End with exit code 1 and one line, where Textual would print tracebacks with every local value."""

    failure = ""

    def _fatal_error(self) -> None:
        self.panic()

    def panic(self, *renderables: object) -> None:
        """End the app; what is given to be printed may hold values, and is not."""
        error = self._exception
        self.failure = "the screen failed" if error is None else describe(error)
        self._exit_renderables.append(Text(self.failure))
        self._close_messages_no_wait()

    def _handle_exception(self, error: Exception) -> None:
        self._return_code = 1
        if self._exception is None:
            cause = error.error if isinstance(error, WorkerFailed) else error
            self._exception = cause if isinstance(cause, Exception) else error
            self._exception_event.set()
        self._fatal_error()


def describe(error: BaseException) -> str:
    """Name an error's kind and place in one line, without its words: they may quote values."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return (
        f"the screen failed: {type(error).__name__}{place}; positions and their stops are not touched by that"
    )
