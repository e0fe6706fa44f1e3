"""`desk demo`: a tour of the screen on a desk of its own, offline, that leaves nothing behind."""

from pathlib import Path
from tempfile import TemporaryDirectory

from desk.bootstrap.plugins import offered_plugins
from desk.cli.in_terminal import has_terminal, run_in_terminal
from desk.cli.options import ScreenOptions
from desk.cli.output import ExitCode, complain
from desk.config.configuration import Configuration, load_configuration

_FOLDER = Path(__file__).parent / "demonstration"


def command(screen: ScreenOptions) -> int:
    """Show the tour; without a terminal there is nothing to show it on."""
    if not has_terminal():
        complain("desk: the demo needs a terminal; `desk run --duration 30s` runs without one")
        return ExitCode.REFUSED
    with TemporaryDirectory(prefix="desk-demo-") as folder:
        return run_in_terminal(demonstration(Path(folder)), screen, None, with_tour=True)


def demonstration(folder: Path) -> Configuration:
    """Return the tour's desk, which keeps its state in `folder`; nothing of the environment bears on it."""
    return load_configuration(
        _FOLDER / "platform.yaml",
        (_FOLDER / "breakouts.yaml", _FOLDER / "minute-dca.yaml"),
        (f"storage.path={folder}",),
        {},
        offered_plugins(),
    )
