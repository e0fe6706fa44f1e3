"""`python -m tests.worker_pictures --data FOLDER [WORKER ...]`: draw docs/workers/pictures anew."""

import sys
from pathlib import Path

from tests.worker_pictures.drawing import draw
from tests.worker_pictures.recording import ROOT, record
from tests.worker_pictures.scenes import SCENES

PICTURES = ROOT / "docs" / "workers" / "pictures"
_SCENES = Path(__file__).parent / "scenes"


def main(arguments: list[str]) -> int:
    """Draw the pictures named, or all; 2 where the recorded prices are not there."""
    folder, wanted = Path(arguments[1]), arguments[2:]
    PICTURES.mkdir(parents=True, exist_ok=True)
    for scene in SCENES:
        if wanted and scene.worker not in wanted:
            continue
        data = {symbol: folder / name for symbol, name in scene.files.items()}
        missing = [path for path in data.values() if not path.is_file()]
        if missing:
            sys.stderr.write(f"{missing[0]} is not there: name the folder of recorded prices\n")
            return 2
        sys.stderr.write(f"drawing {scene.worker} ...\n")
        recording = record(ROOT / scene.platform, _SCENES / f"{scene.worker}.yaml", data, scene.settings)
        curves = scene.curves(scene, recording, data)
        draw(scene.title, scene.window, curves, PICTURES / f"{scene.worker}.svg")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
