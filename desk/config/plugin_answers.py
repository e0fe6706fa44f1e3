"""What a plugin's parameters answer when the desk asks them: used only where it can be."""

from desk.config.document import shown
from desk.contracts.manifests import BarsNeeded, Parameters


def strange_answer(parameters: Parameters) -> str | None:
    """Ask parameters what the desk will ask them; name the answer that nobody can use, None where all are."""
    name = type(parameters).__name__
    needs: object = parameters.bars_needed()
    if not isinstance(needs, tuple) or not all(isinstance(one, BarsNeeded) for one in needs):
        return f"{name}.bars_needed() answers with {shown(needs)}, not a tuple of BarsNeeded"
    every_ms: object = parameters.wake_every_ms()
    if every_ms is not None and (type(every_ms) is not int or every_ms <= 0):
        return f"{name}.wake_every_ms() answers with {shown(every_ms)}, not a whole number above 0"
    cautions: object = parameters.cautions()
    if not isinstance(cautions, tuple) or not all(isinstance(one, str) for one in cautions):
        return f"{name}.cautions() answers with {shown(cautions)}, not a tuple of texts"
    return None
