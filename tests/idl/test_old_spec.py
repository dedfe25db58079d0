"""The legacy-spec twins: they say what the IDL says, in the form that older clients read."""

import hashlib
import json
import re
from typing import Any

import pytest

from idl import generate
from idl.old_spec import camel
from idl.program import idl_json

NAMES = ("market", "creator", "poster")


def both(name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """A program's IDL and its twin, as plain data."""
    twin = (generate.HERE / "legacy" / f"{name}.json").read_text()
    return json.loads(idl_json(name)), json.loads(twin)


def snake(name: str) -> str:
    """Back from camelCase, as a client does before it computes a discriminator."""
    return re.sub(r"[A-Z]", lambda part: f"_{part[0].lower()}", name)


def sha(namespace: str, name: str) -> list[int]:
    """The discriminator that a reader of the older format computes."""
    return list(hashlib.sha256(f"{namespace}:{name}".encode()).digest()[:8])


def old_type(kind: Any) -> Any:
    """A type of the newer format in the older one's words."""
    match kind:
        case "pubkey":
            return "publicKey"
        case str():
            return kind
        case {"defined": {"name": name}}:
            return {"defined": name.rsplit("::", 1)[-1]}
        case {"array": [item, length]}:
            return {"array": [old_type(item), length]}
        case {"vec": item}:
            return {"vec": old_type(item)}
        case {"option": item}:
            return {"option": old_type(item)}
    raise AssertionError(kind)


def fields_of(definition: dict[str, Any]) -> list[tuple[str, Any]]:
    """Names and types of a struct of the newer format, in the older one's words."""
    return [(camel(field["name"]), old_type(field["type"])) for field in definition["type"]["fields"]]


def pairs(fields: list[dict[str, Any]]) -> list[tuple[str, Any]]:
    """Names and types of the older format's fields."""
    return [(field["name"], field["type"]) for field in fields]


@pytest.mark.parametrize("name", NAMES)
def test_instructions_are_the_same(name: str) -> None:
    """Names, arguments and accounts with their flags are those of the IDL, and names give its discriminators."""
    new, old = both(name)
    assert old["metadata"]["address"] == new["address"]
    assert [sha("global", snake(one["name"])) for one in old["instructions"]] == [
        one["discriminator"] for one in new["instructions"]
    ]
    for one, twin in zip(new["instructions"], old["instructions"], strict=True):
        flags = [
            (camel(a["name"]), *(a.get(n, False) for n in ("writable", "signer", "optional"))) for a in one["accounts"]
        ]
        assert flags == [(a["name"], a["isMut"], a["isSigner"], a.get("isOptional", False)) for a in twin["accounts"]]
        assert pairs(twin["args"]) == [(camel(arg["name"]), old_type(arg["type"])) for arg in one["args"]]


@pytest.mark.parametrize("name", NAMES)
def test_types_are_the_same(name: str) -> None:
    """Events, accounts, their types and errors are those of the IDL, and names give its discriminators."""
    new, old = both(name)
    types = {one["name"].rsplit("::", 1)[-1]: one for one in new["types"]}
    apart = {namespace: [one["name"] for one in new.get(f"{namespace}s", [])] for namespace in ("event", "account")}
    for namespace, names in apart.items():
        twins = {one["name"]: one for one in old[f"{namespace}s"]}
        assert list(twins) == names
        assert [sha(namespace, twin) for twin in twins] == [
            one["discriminator"] for one in new.get(f"{namespace}s", [])
        ]
        for twin in names:
            fields = twins[twin]["fields"] if namespace == "event" else twins[twin]["type"]["fields"]
            assert pairs(fields) == fields_of(types[twin])
    rest = {twin: one for twin, one in types.items() if twin not in {*apart["event"], *apart["account"]}}
    assert {one["name"]: pairs(one["type"]["fields"]) for one in old["types"]} == {
        twin: fields_of(one) for twin, one in rest.items()
    }
    assert old["errors"] == new.get("errors", [])
