"""The seed's block says only what the desk can keep."""

import pytest
from pydantic import ValidationError

from desk.config.execution_settings import ErrorSettings


@pytest.mark.parametrize(
    "given", [{"on_api_failure": "alert_only"}, {"on_api_failure": "retry"}, {"on_ledger_failure": "ignore"}]
)
def test_a_promise_that_cannot_be_kept_is_refused(given: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        ErrorSettings.model_validate(given)
