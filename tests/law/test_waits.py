"""Waiting: nothing waits in a way that can lose a cancellation.

In Python 3.11 `asyncio.wait_for` answers instead of raising when it is cancelled in the moment its awaitable is done
(python/cpython#86296): a loop around it then never stops. `asyncio.timeout` does not.
"""

import ast

import pytest

from tests.law import tree


def lossy_waits(module: ast.Module) -> list[int]:
    """Lines that name `wait_for` of asyncio."""
    return [
        node.lineno
        for node in ast.walk(module)
        if (isinstance(node, ast.Attribute) and node.attr == "wait_for" and ast.unparse(node.value) == "asyncio")
        or (isinstance(node, ast.ImportFrom) and any(name.name == "wait_for" for name in node.names))
    ]


@pytest.mark.parametrize("path", tree.files(".py", under=tree.PACKAGES))
def test_no_cancellation_is_lost(path: str) -> None:
    """No module of ours waits with asyncio.wait_for."""
    assert lossy_waits(tree.module(path)) == []


def test_waits_bite() -> None:
    """A planted wait_for is found, a condition's own is not."""
    assert lossy_waits(ast.parse("await asyncio.wait_for(x, 1)")) == [1]
    assert lossy_waits(ast.parse("from asyncio import wait_for")) == [1]
    assert lossy_waits(ast.parse("await ready.wait_for(x)")) == []
