"""`desk new-worker`: a worker, its test and a blueprint that uses it, ready to run."""

import importlib.util
import keyword
import os
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from desk.cli.options import DEFAULT_PLATFORM, NewWorkerOptions
from desk.cli.output import ExitCode, say
from desk.config.faults import folded, suggestion
from desk.config.platform import Platform
from desk.config.platform_file import load_platform
from desk.config.trusted_file import distrust_folder
from desk.contracts.manifests import WorkerCategory
from desk.contracts.problems import InputRefused, Problem
from desk.workers.registry import worker_names

_TEMPLATES = Path(__file__).parent / "templates"
_PRICES = "sample_prices.csv"
_SYMBOL = "BTC/USDT:USDT"
_SCHEDULE = "WEEKLY"
_NAME = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
_LONGEST_NAME = 32
_FOR_ALL_TO_READ, _FOR_ALL_TO_ENTER = 0o644, 0o755


@dataclass(frozen=True, slots=True)
class _Text:
    """Put a template's text into a file; one that may be there is kept where it is."""

    template: Path
    target: Path
    is_shared: bool = False


def command(options: NewWorkerOptions) -> int:
    """Write the files and say what to run next; raises InputRefused before anything is written."""
    category = _category(options.category)
    _check_name(options.name)
    texts = _texts(options, category)
    _check_targets(options.folder, texts)
    words = _words(options, category)
    options.folder.mkdir(mode=_FOR_ALL_TO_ENTER, parents=True, exist_ok=True)
    for text in texts:
        if text.target.exists():
            say(f"kept   {text.target}")
            continue
        _write(text.target, _filled(text.template.read_text(encoding="utf-8"), words))
        say(f"wrote  {text.target}")
    for line in _next(options):
        say(line)
    return ExitCode.DONE


def _category(written: str) -> WorkerCategory:
    try:
        return WorkerCategory(written.replace("-", "_").upper())
    except ValueError:
        remedy = suggestion(written, WorkerCategory, "write one of")
        raise _refusal("--category", f"there is no category {written!r}", remedy) from None


def _check_name(name: str) -> None:
    """Refuse a name that is no module's, or somebody's already."""
    if not _NAME.fullmatch(name) or len(name) > _LONGEST_NAME or keyword.iskeyword(name):
        good = re.sub(r"[^a-z0-9]+", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()).strip("_")
        is_good = _NAME.fullmatch(good) and len(good) <= _LONGEST_NAME and not keyword.iskeyword(good)
        remedy = f"write `{good}`" if is_good else "write small letters, digits and _, such as dip_buyer"
        raise _refusal("NAME", f"{name!r} is no name for a worker", remedy)
    taken = next((one for one in worker_names() if folded(one) == folded(name)), None)
    if taken is not None:
        raise _refusal("NAME", f"the desk has a worker {taken}", "write another name")
    if importlib.util.find_spec(name) is not None:
        raise _refusal("NAME", f"Python has a module {name}, which the file would hide", "write another name")


def _texts(options: NewWorkerOptions, category: WorkerCategory) -> Sequence[_Text]:
    own, folder, name = _TEMPLATES / category.value.lower(), options.folder, options.name
    texts = [
        _Text(own / "new_worker.py", folder / f"{name}.py"),
        _Text(own / "test_new_worker.py", folder / f"test_{name}.py"),
        _Text(own / "new_worker.yaml", folder / f"{name}.yaml"),
        _Text(_TEMPLATES / _PRICES, folder / _PRICES, is_shared=True),
    ]
    if not options.platform.exists():
        texts.append(_Text(_TEMPLATES / "platform.yaml", options.platform))
    return texts


def _check_targets(folder: Path, texts: Sequence[_Text]) -> None:
    """Refuse to write over anything, or where a worker would not be run."""
    for text in texts:
        if not text.is_shared and os.path.lexists(text.target):
            what = "is there already, and is not written over"
            remedy = "write another name, name another --folder, or move it away"
            raise InputRefused(Problem(str(text.target), None, "", what, remedy))
    if not folder.exists():
        return
    if not folder.is_dir():
        raise InputRefused(Problem(str(folder), None, "--folder", "is no folder", "name another"))
    found = distrust_folder(folder)
    if found is not None:
        raise InputRefused(Problem(str(folder), None, "--folder", *found))


def _words(options: NewWorkerOptions, category: WorkerCategory) -> Mapping[str, str]:
    """Return what stands in the templates, and what takes its place."""
    platform = load_platform(options.platform, (), os.environ).platform if options.platform.exists() else None
    return {
        f"--data {_PRICES} --blueprint new_worker.yaml": _replay(options),
        "new_worker": options.name,
        "new-worker": options.name.replace("_", "-"),
        "NewWorker": _class_name(options.name),
        _SYMBOL: _symbol(platform),
        _SCHEDULE: _schedule(platform, options.platform, category),
    }


def _symbol(platform: Platform | None) -> str:
    """Return what the blueprint trades: the usual one where the platform has it, else its first."""
    symbols = [] if platform is None else [one.symbol for one in platform.instruments]
    return _SYMBOL if not symbols or _SYMBOL in symbols else symbols[0]


def _schedule(platform: Platform | None, file: Path, category: WorkerCategory) -> str:
    names = [_SCHEDULE] if platform is None else [one.name for one in platform.schedule]
    if not names and category is WorkerCategory.SCHEDULED_OPERATIONS:
        remedy = f"add `schedule: [{{name: {_SCHEDULE}, cron: 0 9 * * mon}}]`"
        what = "has no schedule, and a worker of SCHEDULED_OPERATIONS hears one"
        raise InputRefused(Problem(str(file), None, "schedule", what, remedy))
    return names[0] if names else _SCHEDULE


def _filled(template: str, words: Mapping[str, str]) -> str:
    """Return a template with its words replaced, all at once."""
    pattern = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    return re.sub(pattern, lambda found: words[found.group()], template)


def _write(target: Path, text: str) -> None:
    """Write a new file that none but its user can change."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    with os.fdopen(os.open(target, flags, _FOR_ALL_TO_READ), "w", encoding="utf-8") as file:
        file.write(text)


def _replay(options: NewWorkerOptions) -> str:
    prices, blueprint = options.folder / _PRICES, options.folder / f"{options.name}.yaml"
    words = ["--data", str(prices), "--blueprint", str(blueprint)]
    if options.platform != DEFAULT_PLATFORM:
        words += ["--platform", str(options.platform)]
    return shlex.join(words)


def _next(options: NewWorkerOptions) -> Iterator[str]:
    folder, name = options.folder, options.name
    blueprint, test = folder / f"{name}.yaml", folder / f"test_{name}.py"
    yield ""
    yield "Next:"
    yield f"  pytest {shlex.quote(str(test))}"
    yield f"  desk check {shlex.quote(str(blueprint))} --platform {shlex.quote(str(options.platform))}"
    yield f"  desk replay {_replay(options)}"
    yield f"  desk workers {shlex.quote(f'{folder / name}.py:{_class_name(name)}')}"


def _refusal(key: str, what: str, remedy: str) -> InputRefused:
    return InputRefused(Problem("desk new-worker", None, key, what, remedy))


def _class_name(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))
