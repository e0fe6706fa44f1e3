"""YAML is read in one way only, and what could be read in two is refused by line and key."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.config.yaml_loader import load_document, parse_document
from desk.contracts.problems import InputRefused, Problem


def refused(text: str) -> tuple[Problem, ...]:
    with pytest.raises(InputRefused) as caught:
        parse_document(text, "some.yaml")
    return caught.value.problems


@given(st.decimals(allow_nan=False, allow_infinity=False, places=8, min_value=-(10**9), max_value=10**9))
def test_a_number_keeps_every_digit_it_is_written_with(number: Decimal) -> None:
    read = parse_document(f"amount: {number:f}", "some.yaml").data["amount"]
    assert isinstance(read, Decimal)
    assert f"{read:f}" == f"{number:f}"


def test_trailing_zeros_stay() -> None:
    document = parse_document("amount: 1.10", "some.yaml")
    assert document.data["amount"] == Decimal("1.10")
    assert document.json() == '{"amount": "1.10"}'


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused_in_lines_of_their_own(text: str) -> None:
    try:
        parse_document(text, "some.yaml")
    except InputRefused as caught:
        problems = caught.problems
    else:
        return
    assert problems
    assert all(len(str(problem).splitlines()) == 1 for problem in problems)


def test_every_value_knows_its_line() -> None:
    document = parse_document("a: 1\nb:\n  - x\n  - c: 2\n", "some.yaml")
    assert document.place(("b", 1, "c")).line == 4
    assert document.place(("b", 1, "missing")).line == 4
    assert document.place(("missing",)).line == 1


@pytest.mark.parametrize(
    ("line", "key", "what"),
    [
        ("a: 12:30", "a", "base 60"),
        ("a: on", "a", "true or a word"),
        ("a: No", "a", "false or a word"),
        ("a: TRUE", "a", "true or a word"),
        ("a: 0123", "a", "octal"),
        ("a: 0x1f", "a", "not a decimal number"),
        ("a: 1_000", "a", "number or a word"),
        ("a: .nan", "a", "not a finite number"),
        ("a: -.inf", "a", "not a finite number"),
        ("a: 1e999", "a", "beyond every amount"),
        ('a: "1e999999999"', "a", "beyond every amount"),
        ("on: 1", "on", "as a key"),
        ("7: 1", "", "not a word"),
        ("<<: {b: 1}", "<<", "merge keys"),
        ("a: &anchor 1", "", "anchors"),
        ("a: !!python/name:os.system", "", "tag"),
        ("a: !custom 1", "", "tag"),
        ("a: {b: 1, b: 2}", "a.b", "written twice, first on line 2"),
        ("first: 2", "first", "written twice, first on line 1"),
        ("a: [1", "", "not valid YAML"),
        ("a: b: c", "", "not valid YAML"),
        ("\ta: 1", "", "not valid YAML"),
        ("---\na: 1", "", "not valid YAML"),
    ],
)
def test_what_readers_disagree_about_is_refused_by_line_and_key(line: str, key: str, what: str) -> None:
    (problem,) = refused(f"first: 1\n{line}\n")
    assert problem.file == "some.yaml"
    assert problem.line in {2, 3}
    assert problem.key == key
    assert what in problem.what
    assert problem.remedy


def test_quoted_words_are_text() -> None:
    document = parse_document('a: "on"\nb: \'12:30\'\nc: "0123"\nd: "1.10"\n', "some.yaml")
    assert document.data == {"a": "on", "b": "12:30", "c": "0123", "d": "1.10"}


def test_all_faults_are_told_at_once() -> None:
    assert [problem.line for problem in refused("a: on\nb: 12:30\na: 1\n")] == [1, 2, 3]


def test_deep_nesting_is_refused_before_it_costs_anything() -> None:
    (problem,) = refused("a: " + "[" * 100_000)
    assert "nested deeper" in problem.what


@pytest.mark.parametrize("text", ["", "# nothing\n", "- a list\n", "text", "null"])
def test_a_file_that_is_no_mapping_is_refused(text: str) -> None:
    assert len(refused(text)) == 1


def test_a_file_of_bytes_is_refused_with_the_line_they_stand_on(tmp_path: Path) -> None:
    path = tmp_path / "bytes.yaml"
    path.write_bytes(b"a: 1\nb: \xff\xfe\n")
    with pytest.raises(InputRefused) as caught:
        load_document(path)
    assert str(caught.value).startswith(f"{path}:2: not UTF-8")


def test_a_mark_of_byte_order_is_no_part_of_the_first_key(tmp_path: Path) -> None:
    path = tmp_path / "marked.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\n")
    assert load_document(path).data == {"a": 1}


def test_a_missing_file_a_folder_and_a_giant_are_refused(tmp_path: Path) -> None:
    giant = tmp_path / "giant.yaml"
    giant.write_bytes(b"# padding\n" * 200_000)
    for path, what in (
        (tmp_path / "no.yaml", "does not exist"),
        (tmp_path, "cannot be read"),
        (giant, "larger"),
    ):
        with pytest.raises(InputRefused, match=what):
            load_document(path)


def test_a_file_that_every_user_may_change_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "open.yaml"
    path.write_text("a: 1\n")
    path.chmod(0o666)
    with pytest.raises(InputRefused, match="chmod o-w"):
        load_document(path)
    path.chmod(0o664)
    assert load_document(path).data == {"a": 1}
