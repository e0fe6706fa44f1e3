"""Each rule about the source finds what it is there to find."""

import pytest

from tests.architecture import source_rules


def test_a_file_may_have_450_lines_and_no_more() -> None:
    assert source_rules.long_file("x\n" * 450) == []
    assert source_rules.long_file("x\n" * 451) == ["451 lines, at most 450"]


@pytest.mark.parametrize("head", ["def act():\n", "async def act():\n", "class C:\n  def act():\n"])
def test_a_function_may_have_40_lines_and_no_more(head: str) -> None:
    assert source_rules.long_functions(head + "    x = 1\n" * 39) == []
    assert len(source_rules.long_functions(head + "    x = 1\n" * 40)) == 1


def test_a_docstring_does_not_count_as_length() -> None:
    docstring = '    """Say.\n\n    More.\n    """\n'
    assert source_rules.long_functions("def act():\n" + docstring + "    x = 1\n" * 39) == []
    assert len(source_rules.long_functions("def act():\n" + docstring + "    x = 1\n" * 40)) == 1


@pytest.mark.parametrize("path", ["desk/utils.py", "desk/helpers/orders.py", "connectors/common/__init__.py"])
def test_a_module_is_named_after_what_is_in_it(path: str) -> None:
    assert len(source_rules.vague_names(path)) == 1
    assert source_rules.vague_names("desk/execution/gate.py") == []


@pytest.mark.parametrize(
    "line", ["x = 0.1", "x = float(y)", "def f(x=1e-8): ...", "x = -1.5", "x = 'money', 2.0"]
)
def test_money_is_no_float(line: str) -> None:
    assert len(source_rules.floats(f"a = 1\n{line}\n")) == 1
    assert source_rules.floats(f"a = 1\n{line}  # not money: seconds\n") == []


def test_a_decimal_is_no_float() -> None:
    assert source_rules.floats("x = Decimal('0.1') + 1\ny: float\nz = 'float(1.0)'\n") == []


@pytest.mark.parametrize("path", ["work/main/x", "root/.cache", "Users/you/x", "home/you/x"])
def test_a_path_of_one_machine_is_found(path: str) -> None:
    assert len(source_rules.local_traces(f"see\n  '/{path}'\n")) == 1
    assert source_rules.local_traces(f"https://example.com/{path} and a/{path}") == []


@pytest.mark.parametrize(
    "host", ["pypi" + ".org/simple", "files.python" + "hosted.org", "file:" + "///srv/wheels"]
)
def test_a_package_host_is_found(host: str) -> None:
    assert len(source_rules.local_traces(f"--index-url https://{host}")) == 1
