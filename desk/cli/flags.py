"""The options that several commands share, as they are typed."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

PlatformOption = Annotated[Path, Parameter(help="The platform file.")]
BlueprintOption = Annotated[
    tuple[Path, ...], Parameter(name="--blueprint", help="A blueprint to run; may be repeated.", negative="")
]
SetOption = Annotated[
    tuple[str, ...], Parameter(name="--set", help="Set a platform key: dotted.key=value.", negative="")
]
DurationOption = Annotated[str | None, Parameter(help="Stop after this long: 30s, 5m, 2h.")]
LiveOption = Annotated[
    bool, Parameter(help="Allow live trading, where the platform asks for it.", negative="")
]
JsonOption = Annotated[bool, Parameter(name="--json", help="Write JSON to stdout.", negative="")]
AsciiOption = Annotated[
    bool, Parameter(name="--ascii", help="Draw with ASCII characters alone.", negative="")
]
ObserveOption = Annotated[bool, Parameter(help="Watch only: nothing on the screen acts.", negative="")]
YesOption = Annotated[bool, Parameter(name="--yes", help="Ask nothing: it is meant.", negative="")]
ReasonOption = Annotated[str | None, Parameter(help="Why, for the journal.")]
PicturesOption = Annotated[
    Path | None, Parameter(help="Show nothing; draw what there is to see into this folder.")
]
JournalOption = Annotated[Path | None, Parameter(help="Another journal than the desk's.")]
