"""`desk check`: say of every file whether a desk would start with it, and where it is wrong."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from desk.bootstrap.plugins import offered_plugins
from desk.bootstrap.trial import faults_at_making
from desk.cli.options import DEFAULT_PLATFORM, CheckOptions
from desk.cli.output import ExitCode, complain, problem_fields, say, say_json
from desk.cli.placing import placed
from desk.config.blueprint_file import BlueprintFile
from desk.config.cautions import cautions_of
from desk.config.configuration import Plugins, check_blueprint, kept
from desk.config.cross_check import cross_check
from desk.config.document import Document
from desk.config.layers import overlaid, settings_from_environment, settings_from_options
from desk.config.platform import Platform
from desk.config.platform_file import PlatformFile, validate_platform
from desk.config.screen_block import ScreenBlock
from desk.config.storage import storage_of
from desk.config.yaml_loader import load_document
from desk.contracts.problems import InputRefused, Problem
from desk.control.connecting import reconnecting
from desk.control.place import SocketPlace
from desk.control.screen_memory import FileMemory

BLUEPRINTS = Path("blueprints")
_ANY_CURRENCY = "USDT"
"""What a worker is told where no platform says what the account is valued in."""
_PLATFORM_KEYS = frozenset(Platform.model_fields)


@dataclass(slots=True)
class _Checked:
    """Gather what is known of the files so far."""

    options: CheckOptions
    plugins: Plugins
    problems: list[Problem] = field(default_factory=list)
    cautions: list[Problem] = field(default_factory=list)
    files: list[tuple[str, str]] = field(default_factory=list)
    platform: PlatformFile | None = None
    blueprints: list[BlueprintFile] = field(default_factory=list)

    def check(self, path: Path, *, is_platform: bool) -> None:
        """Check one file, keeping its faults."""
        document = kept(self.problems, partial(load_document, path))
        if document is None:
            self.files.append((str(path), "unreadable"))
        elif is_platform or _is_platform(document):
            self.files.append((str(path), "platform"))
            self.platform = kept(self.problems, partial(self._platform, document)) or self.platform
        else:
            self.files.append((str(path), "blueprint"))
            blueprint = kept(self.problems, partial(check_blueprint, document, self.plugins))
            if blueprint is not None:
                self.blueprints.append(blueprint)
                self.cautions += cautions_of(blueprint)

    def check_together(self) -> None:
        """Check blueprints against the platform, where there is one, and make their workers for a trial."""
        currency = _ANY_CURRENCY
        if self.platform is not None:
            kept(self.problems, partial(cross_check, self.platform.platform, self.blueprints))
            currency = self.platform.platform.desk.account_currency
        for blueprint in self.blueprints:
            self.problems += faults_at_making(blueprint, currency)

    def _platform(self, document: Document) -> PlatformFile:
        layers = [*settings_from_environment(os.environ), *settings_from_options(self.options.settings)]
        file = validate_platform(overlaid(document, layers))
        _check_screen(file)
        return file


def command(options: CheckOptions) -> int:
    """Check the files; exit 2 where one of them is wrong."""
    checked = _Checked(options, offered_plugins())
    checked.cautions += checked.plugins.refused.values()
    if options.platform is not None:
        checked.check(options.platform, is_platform=True)
    for path in options.files or _files_here(options):
        checked.check(path, is_platform=False)
    checked.check_together()
    _report(checked, as_json=options.json)
    return ExitCode.INVALID if checked.problems else ExitCode.DONE


def _check_screen(file: PlatformFile) -> None:
    """Refuse with InputRefused what a screen would: a theme that is none, a key that cannot be pressed."""
    if file.platform.ui == ScreenBlock():
        return
    from desk.ui.launch import check_screen

    storage = storage_of(file.platform)
    with placed(file.document):
        check_screen(
            reconnecting(SocketPlace(storage.control)),
            file.platform.ui.settings(),
            FileMemory(storage.folder),
        )


def _files_here(options: CheckOptions) -> Sequence[Path]:
    if options.platform is not None:
        return ()
    found = [*filter(Path.is_file, [DEFAULT_PLATFORM]), *sorted(BLUEPRINTS.glob("*.yaml"))]
    if not found:
        what = f"there is neither {DEFAULT_PLATFORM} nor {BLUEPRINTS}/*.yaml here"
        raise InputRefused(Problem("desk check", None, "", what, "name the files to check"))
    return found


def _is_platform(document: Document) -> bool:
    return "workers" not in document.data and bool(_PLATFORM_KEYS & document.data.keys())


def _report(checked: _Checked, *, as_json: bool) -> None:
    for problem in checked.problems:
        complain(str(problem))
    if as_json:
        say_json(
            {
                "ok": not checked.problems,
                "files": [{"file": file, "kind": kind} for file, kind in checked.files],
                "problems": [problem_fields(problem) for problem in checked.problems],
                "cautions": [problem_fields(caution) for caution in checked.cautions],
            }
        )
        return
    for caution in checked.cautions:
        complain(f"caution: {caution}")
    wrong = {problem.file for problem in checked.problems}
    for file, kind in checked.files:
        if file not in wrong:
            say(f"{file}: a valid {kind}")
