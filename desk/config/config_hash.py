"""One fingerprint of what a desk was told to do, so that the journal shows when it changed."""

import hashlib
import json
from collections.abc import Sequence

from desk.config.blueprint_file import BlueprintFile
from desk.config.platform import Platform


def config_hash(platform: Platform, blueprints: Sequence[BlueprintFile]) -> str:
    """Return the SHA-256, in hex, of everything that bears on decisions: not of where files lie."""
    told = {
        "platform": platform.model_dump(
            mode="json",
            exclude={
                "storage": True,
                "control": True,
                "notifications": True,
                "ui": True,
                "feed": {"replay": {"files"}},
            },
        ),
        "blueprints": [
            {
                "blueprint": file.blueprint.model_dump(mode="json"),
                "parameters": [use.parameters.model_dump(mode="json") for use in file.workers],
                "planners": [
                    use.parameters.model_dump(mode="json") for uses in file.planners.values() for use in uses
                ],
            }
            for file in sorted(blueprints, key=lambda file: file.strategy_id)
        ],
    }
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
