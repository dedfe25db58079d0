"""IDL files: what has no layout here is refused by name, not guessed."""

from typing import Any

import msgspec
import pytest

from idl.errors import SchemaError
from idl.schema import AccountSlot, Field, Idl, Prim, load, parse


def idl(**parts: Any) -> Idl:
    """A small IDL with the given parts."""
    empty = {"address": "x", "metadata": {"name": "x", "version": "0.1.0", "spec": "0.1.0"}, "instructions": []}
    return parse(msgspec.json.encode(empty | parts))


def struct(name: str, fields: list[Any], **more: Any) -> dict[str, Any]:
    """One struct of an IDL."""
    return {"name": name, "type": {"kind": "struct", "fields": fields}, **more}


def field(name: str, kind: Any) -> dict[str, Any]:
    """One field of an IDL."""
    return {"name": name, "type": kind}


@pytest.mark.parametrize(
    "definition",
    [
        struct("A", [field("x", "f64")]),
        struct("A", [field("x", {"coption": "u8"})]),
        struct("A", [field("x", {"array": ["u8", {"generic": "N"}]})]),
        struct("A", [field("x", {"defined": {"name": "B", "generics": [{"kind": "type", "type": "u8"}]}})]),
        struct("A", ["u8"]),
        struct("A", [], generics=[{"kind": "type", "name": "T"}]),
        struct("A", [], serialization={"custom": "x"}),
        {"name": "A", "type": {"kind": "enum", "variants": [{"name": "V", "fields": ["u8"]}]}},
        {"name": "A", "type": {"kind": "type", "alias": "u8"}},
    ],
    ids=repr,
)
def test_unknown_layouts(definition: dict[str, Any]) -> None:
    """Floats, generics, nameless fields, enums with content and aliases are refused."""
    with pytest.raises(SchemaError):
        idl(types=[definition])


@pytest.mark.parametrize(
    ("fields", "fits"),
    [
        ([("a", "u64"), ("b", "u32"), ("c", "u32")], True),
        ([("a", "u32"), ("b", "u64")], False),
        ([("a", "u64"), ("b", "u32")], False),
        ([("a", "pubkey"), ("b", {"array": ["u16", 3]}), ("c", "u8"), ("d", "u8")], True),
        ([("a", "string")], False),
    ],
)
def test_padding(fields: list[tuple[str, Any]], fits: bool) -> None:
    """A bytemuck struct is taken only if repr(C) leaves no gap in it."""
    definition = struct("A", [field(*one) for one in fields], serialization="bytemuck", repr={"kind": "c"})
    if fits:
        assert idl(types=[definition]).types["A"].packed
    else:
        with pytest.raises(SchemaError):
            idl(types=[definition])


def test_other_spec() -> None:
    """Another spec of the format is refused."""
    with pytest.raises(SchemaError):
        idl(metadata={"name": "x", "spec": "0.2.0"})


def test_short_names_clash() -> None:
    """Two types with the same last name are refused."""
    with pytest.raises(SchemaError):
        idl(types=[struct("a::T", []), struct("b::T", [])])


def test_instructions_are_opened() -> None:
    """A single ...Args struct is opened, account groups become one list, constant seeds are kept."""
    seeds = {"seeds": [{"kind": "const", "value": [97]}]}
    accounts = [
        {"name": "group", "accounts": [{"name": "one", "writable": True}, {"name": "two", "pda": seeds}]},
        {"name": "three", "pda": {"seeds": [{"kind": "account", "path": "one"}]}, "signer": True, "optional": True},
    ]
    args = [field("args", {"defined": {"name": "x::GoArgs"}})]
    one = {"name": "go", "discriminator": list(range(8)), "accounts": accounts, "args": args}
    found = idl(instructions=[one], types=[struct("x::GoArgs", [field("n", "u8")])]).instructions[0]
    assert found.args == (Field("n", Prim("u8")),)
    assert found.accounts == (
        AccountSlot("one", True, False, False, None, None, ()),
        AccountSlot("two", False, False, False, None, (b"a",), ()),
        AccountSlot("three", False, True, True, None, None, ()),
    )


def test_committed_ones_parse() -> None:
    """The two committed files are read whole."""
    names = {one.name for one in load("market").accounts}
    assert names >= {"Config", "MintRule", "Market", "Position", "Resolution", "Vote"}
    assert {one.name for one in load("poster").instructions} == {"post", "close"}
