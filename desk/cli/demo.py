"""`desk demo`: a tour of the screen on a desk of its own, offline, that leaves nothing behind."""

from pathlib import Path
from tempfile import TemporaryDirectory

from desk.bootstrap.plugins import offered_plugins
from desk.cli.in_terminal import has_terminal, run_in_terminal
from desk.cli.options import RunOptions, ScreenOptions
from desk.cli.output import ExitCode, complain
from desk.config.configuration import Configuration, load_configuration
from desk.control.screen_memory import FileMemory

_FOLDER = Path(__file__).parent / "demonstration"
_PLATFORM = _FOLDER / "platform.yaml"


def command(screen: ScreenOptions, pictures: Path | None) -> int:
    """Show the tour, which takes a terminal, or draw what there is to see into a folder."""
    if pictures is not None:
        pictures.mkdir(parents=True, exist_ok=True)
    elif not has_terminal():
        complain("desk: the demo needs a terminal; `desk run --duration 30s` runs without one")
        return ExitCode.REFUSED
    with TemporaryDirectory(prefix="desk-demo-") as folder:
        if pictures is not None:
            FileMemory(Path(folder)).save({"hints_seen": "yes"})
        options = RunOptions(_PLATFORM, settings=_settings(Path(folder)))
        return run_in_terminal(
            demonstration(Path(folder)), options, screen, with_tour=pictures is None, pictures=pictures
        )


def demonstration(folder: Path) -> Configuration:
    """Return the tour's desk, which keeps its state in `folder`; nothing of the environment bears on it."""
    return load_configuration(
        _PLATFORM,
        (_FOLDER / "breakouts.yaml", _FOLDER / "minute-dca.yaml"),
        _settings(folder),
        {},
        offered_plugins(),
    )


def _settings(folder: Path) -> tuple[str, ...]:
    return (f"storage.path={folder}",)
