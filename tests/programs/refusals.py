"""How a test says that a call is refused, and by which name; and which names the tests of this folder have seen so."""

import ast
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.programs.world import Refused


@contextmanager
def refused(*names: str) -> Iterator[None]:
    """The block must be refused with one of the error names; no name stands for any refusal by a program."""
    with pytest.raises(Refused) as caught:
        yield
    assert not names or caught.value.name in names, f"refused as {caught.value}, expected {names}"


def provoked(program: str) -> set[str]:
    """Error names that alone are expected of a refusal in the tests of a program.

    A name counts where it is the one argument of `refused`, written there or given by a parameter of the test or by its
    loop: such a test passes only if the program refuses by that very name.
    """
    found: set[str] = set()
    for path in Path(__file__).parent.glob("test_*.py"):
        if path.name.startswith("test_creator_") != (program == "creator"):
            continue
        module = ast.parse(path.read_text())
        for test in (node for node in ast.walk(module) if isinstance(node, ast.FunctionDef)):
            for call in (node for node in ast.walk(test) if isinstance(node, ast.Call)):
                if isinstance(call.func, ast.Name) and call.func.id == "refused" and len(call.args) == 1:
                    found |= _names(call.args[0], test, module)
    return found


def _names(said: ast.expr, test: ast.FunctionDef, module: ast.Module) -> set[str]:
    """What the argument of `refused` may stand for."""
    if not isinstance(said, ast.Name):
        return _strings(said)
    given: list[ast.expr] = [*test.decorator_list, *(node.iter for node in ast.walk(test) if isinstance(node, ast.For))]
    words = {node.id for one in given for node in ast.walk(one) if isinstance(node, ast.Name)}
    tables = [
        line.value for line in module.body if isinstance(line, ast.Assign | ast.AnnAssign) and words & _named(line)
    ]
    return set().union(*(_strings(one) for one in [*given, *tables] if one is not None))


def _named(line: ast.Assign | ast.AnnAssign) -> set[str]:
    targets = line.targets if isinstance(line, ast.Assign) else [line.target]
    return {target.id for target in targets if isinstance(target, ast.Name)}


def _strings(node: ast.expr) -> set[str]:
    return {one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)}
