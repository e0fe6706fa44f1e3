"""The schemas that editors read are those of the models."""

from desk.config.export_schemas import FOLDER, schemas


def test_the_schemas_are_current() -> None:
    for name, text in schemas().items():
        assert (FOLDER / name).read_text(encoding="utf-8") == text, "run `make schemas`"


def test_there_is_no_schema_without_a_model() -> None:
    assert {path.name for path in FOLDER.iterdir()} == set(schemas())
