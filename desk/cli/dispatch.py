"""Find a command's code when it is called: the others never pay for its imports."""

import gc
import importlib
from collections.abc import Callable
from typing import Any

_COLLECT_ONCE_THEY_STAND = frozenset({"run", "demo", "daemon", "attach"})


def code_of(name: str) -> Callable[..., int]:
    """Import the module of a command and return its `command`; waste is collected from then on.

    A desk that is about to be built collects once it stands.
    """
    module: Any = importlib.import_module(f"desk.cli.{name}")
    if name not in _COLLECT_ONCE_THEY_STAND:
        gc.enable()
    command: Callable[..., int] = module.command
    return command
