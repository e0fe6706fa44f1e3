"""A secret is named by where it is; what it is appears nowhere."""

from pathlib import Path

import pytest
from pydantic import TypeAdapter, ValidationError

from desk.config.faults import validated
from desk.config.secrets import SecretReference, resolve
from desk.config.yaml_loader import parse_document
from desk.contracts.dto import Dto
from desk.contracts.problems import InputRefused


class Account(Dto):
    """Hold a secret as a connector's settings do."""

    api_key: SecretReference


REFERENCE: TypeAdapter[str] = TypeAdapter(SecretReference)


@pytest.mark.parametrize("text", ["env:KEY", "keyring:desk/me", "file:~/.desk/key"])
def test_a_reference_is_accepted(text: str) -> None:
    assert REFERENCE.validate_python(text) == text


@pytest.mark.parametrize("text", ["c0ffee", "env:", "vault:x", "https://hunter2"])
def test_a_literal_secret_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(ValidationError) as caught:
        REFERENCE.validate_python(text)
    assert text not in caught.value.errors()[0]["msg"]


@pytest.mark.parametrize("value", ["hunter2", "31337", "[31337]"])
def test_a_secret_in_a_file_is_refused_by_its_line_without_being_shown(value: str) -> None:
    with pytest.raises(InputRefused) as caught:
        validated(parse_document(f"api_key: {value}", "some.yaml"), Account)
    assert str(caught.value).startswith("some.yaml:1: api_key: expected ")
    assert value.strip("[]") not in str(caught.value)


def test_a_secret_comes_from_the_environment() -> None:
    assert resolve("env:KEY", {"KEY": "hunter2"}) == "hunter2"
    with pytest.raises(InputRefused, match="no such secret"):
        resolve("env:KEY", {})


def test_a_secret_comes_from_a_file_that_only_its_owner_can_read(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text("hunter2\n")
    path.chmod(0o600)
    assert resolve(f"file:{path}", {}) == "hunter2"
    path.chmod(0o640)
    with pytest.raises(InputRefused, match="chmod 600") as caught:
        resolve(f"file:{path}", {})
    assert "hunter2" not in str(caught.value)


def test_a_missing_file_or_keyring_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="No such file"):
        resolve(f"file:{tmp_path}/none", {})
    with pytest.raises(InputRefused, match="install the package keyring"):
        resolve("keyring:desk/me", {})
