"""Sizes: a file stays within 400 lines and a function body within 40, so that each can be read at once."""

import ast

import pytest

from tests.law import tree

FILE_LINES_MAX = 400
BODY_LINES_MAX = 40


def long_bodies(module: ast.Module) -> list[str]:
    """Names of functions whose body, docstring apart, spans more than BODY_LINES_MAX lines."""
    found = []
    for node in ast.walk(module):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        body = node.body[1:] if ast.get_docstring(node) is not None else node.body
        if body and (body[-1].end_lineno or 0) - body[0].lineno + 1 > BODY_LINES_MAX:
            found.append(f"{node.name}:{node.lineno}")
    return found


@pytest.mark.parametrize("path", tree.files(".py", ".rs", ".js", ".css", ".html"))
def test_file_fits(path: str) -> None:
    """No source file is longer than 400 lines."""
    assert len(tree.text(path).splitlines()) <= FILE_LINES_MAX


@pytest.mark.parametrize("path", tree.files(".py"))
def test_bodies_fit(path: str) -> None:
    """No Python function body is longer than 40 lines."""
    assert long_bodies(tree.module(path)) == []


def test_checker_bites() -> None:
    """A planted function of 41 lines is found, one of 40 is not."""
    lines = "\n".join("    x = 1" for _ in range(41))
    assert long_bodies(ast.parse(f"def f():\n{lines}")) == ["f:1"]
    assert long_bodies(ast.parse("def f():\n" + "\n".join("    x = 1" for _ in range(40)))) == []
