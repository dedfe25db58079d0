"""An Anchor IDL file (spec 0.1.0) as values, resolved and checked; the only reader of its JSON.

Format: anchor-lang-idl-spec 0.1. Supported: structs of named fields in Borsh or bytemuck form, enums without
content, and the types below. Anything else is refused here, so that no layout is ever guessed.
"""

from functools import cache
from typing import Any

import msgspec

from idl.errors import SchemaError
from idl.program import idl_json


class Prim(msgspec.Struct, frozen=True, gc=False):
    """A scalar: bool, u8..u128, i8..i128, pubkey, string or bytes."""

    name: str


class Array(msgspec.Struct, frozen=True, gc=False):
    """`length` items side by side, without a count."""

    item: "Type"
    length: int


class Vec(msgspec.Struct, frozen=True, gc=False):
    """A u32 count, then the items."""

    item: "Type"


class Option(msgspec.Struct, frozen=True, gc=False):
    """A tag byte 0 or 1, then the item if 1."""

    item: "Type"


class Defined(msgspec.Struct, frozen=True, gc=False):
    """A type of this IDL, by its short name."""

    name: str


Type = Prim | Array | Vec | Option | Defined


class Field(msgspec.Struct, frozen=True, gc=False):
    """One named field or argument."""

    name: str
    type: Type
    docs: tuple[str, ...] = ()


class TypeDef(msgspec.Struct, frozen=True, gc=False):
    """A struct (`fields`) or an enum without content (`variants`); exactly one of both is filled."""

    name: str
    docs: tuple[str, ...]
    packed: bool  # bytemuck: fixed offsets of repr(C), without any padding
    fields: tuple[Field, ...] = ()
    variants: tuple[str, ...] = ()


class Named(msgspec.Struct, frozen=True, gc=False):
    """An event or account: its type's name and the eight bytes before it."""

    name: str
    discriminator: bytes


class AccountSlot(msgspec.Struct, frozen=True, gc=False):
    """One account that an instruction takes; `address` where the IDL fixes it, `seeds` if they are all constant."""

    name: str
    writable: bool
    signer: bool
    optional: bool
    address: str | None
    seeds: tuple[bytes, ...] | None
    docs: tuple[str, ...]


class InstructionDef(msgspec.Struct, frozen=True, gc=False):
    """One instruction; `given`: its arguments as the IDL lists them; `args`: with a single `...Args` struct opened."""

    name: str
    docs: tuple[str, ...]
    discriminator: bytes
    accounts: tuple[AccountSlot, ...]
    given: tuple[Field, ...]
    args: tuple[Field, ...]


class ErrorDef(msgspec.Struct, frozen=True, gc=False):
    """One error of the program."""

    code: int
    name: str
    msg: str


class Idl(msgspec.Struct, frozen=True, gc=False):
    """A whole IDL; `types` by short name."""

    address: str
    name: str
    version: str
    instructions: tuple[InstructionDef, ...]
    accounts: tuple[Named, ...]
    events: tuple[Named, ...]
    errors: tuple[ErrorDef, ...]
    types: dict[str, TypeDef]


INTEGERS: dict[str, tuple[int, bool]] = {
    f"{sign}{bits}": (bits // 8, sign == "i") for bits in (8, 16, 32, 64, 128) for sign in "ui"
}
_SCALARS = {*INTEGERS, "bool", "pubkey", "string", "bytes"}


def short(name: str) -> str:
    """The last part of a Rust path."""
    return name.rsplit("::", 1)[-1]


def parse(raw: bytes) -> Idl:
    """Read IDL JSON; raises SchemaError where it holds something that has no layout here."""
    data: dict[str, Any] = msgspec.json.decode(raw)
    if data["metadata"]["spec"] != "0.1.0":
        raise SchemaError(f"IDL spec {data['metadata']['spec']}, expected 0.1.0")
    types = {definition.name: definition for definition in map(_type_def, data.get("types", []))}
    if len(types) != len(data.get("types", [])):
        raise SchemaError("two types share a short name")
    for definition in types.values():
        if definition.packed:
            _refuse_padding(definition, types)
    return Idl(
        address=data["address"],
        name=data["metadata"]["name"],
        version=data["metadata"]["version"],
        instructions=tuple(_instruction(one, types) for one in data["instructions"]),
        accounts=tuple(_named(one) for one in data.get("accounts", [])),
        events=tuple(_named(one) for one in data.get("events", [])),
        errors=tuple(ErrorDef(one["code"], one["name"], one.get("msg", "")) for one in data.get("errors", [])),
        types=types,
    )


@cache
def load(name: str) -> Idl:
    """The committed IDL of the program `market`, `creator` or `poster`, parsed once."""
    return parse(idl_json(name))


def _named(one: dict[str, Any]) -> Named:
    return Named(short(one["name"]), bytes(one["discriminator"]))


def _type(one: str | dict[str, Any]) -> Type:
    if isinstance(one, str):
        if one not in _SCALARS:
            raise SchemaError(f"type {one} has no layout here")
        return Prim(one)
    match next(iter(one.items())):
        case ("array", [item, int(length)]):
            return Array(_type(item), length)
        case ("vec", item):
            return Vec(_type(item))
        case ("option", item):
            return Option(_type(item))
        case ("defined", {"name": str(name), **rest}) if not rest.get("generics"):
            return Defined(short(name))
    raise SchemaError(f"type {one} has no layout here")


def _fields(fields: list[Any]) -> tuple[Field, ...]:
    if any(not isinstance(one, dict) or "name" not in one for one in fields):
        raise SchemaError("fields without names have no layout here")
    return tuple(Field(one["name"], _type(one["type"]), tuple(one.get("docs", ()))) for one in fields)


def _type_def(one: dict[str, Any]) -> TypeDef:
    name, docs, body = short(one["name"]), tuple(one.get("docs", ())), one["type"]
    form: str | dict[str, Any] = one.get("serialization", "borsh")
    packed = form in ("bytemuck", "bytemuckunsafe")
    if (not packed and form != "borsh") or one.get("generics"):
        raise SchemaError(f"{name}: serialization {form} or generics have no layout here")
    if body["kind"] == "struct":
        return TypeDef(name, docs, packed, fields=_fields(body.get("fields", [])))
    if body["kind"] == "enum" and not any(variant.get("fields") for variant in body["variants"]):
        return TypeDef(name, docs, packed, variants=tuple(variant["name"] for variant in body["variants"]))
    raise SchemaError(f"{name}: {body['kind']} with content has no layout here")


def _slots(accounts: list[Any]) -> list[AccountSlot]:
    found: list[AccountSlot] = []
    for one in accounts:
        if "accounts" in one:
            found += _slots(one["accounts"])
            continue
        flags = (one.get("writable", False), one.get("signer", False), one.get("optional", False))
        seeds, docs = _const_seeds(one.get("pda")), tuple(one.get("docs", ()))
        found.append(AccountSlot(one["name"], *flags, one.get("address"), seeds, docs))
    return found


def _const_seeds(pda: dict[str, Any] | None) -> tuple[bytes, ...] | None:
    if pda is None or "program" in pda or any(seed["kind"] != "const" for seed in pda["seeds"]):
        return None
    return tuple(bytes(seed["value"]) for seed in pda["seeds"])


def _instruction(one: dict[str, Any], types: dict[str, TypeDef]) -> InstructionDef:
    args = given = _fields(one["args"])
    if len(args) == 1 and isinstance(args[0].type, Defined) and args[0].type.name.endswith("Args"):
        args = types[args[0].type.name].fields
    slots, docs = tuple(_slots(one["accounts"])), tuple(one.get("docs", ()))
    return InstructionDef(one["name"], docs, bytes(one["discriminator"]), slots, given, args)


def _measure(kind: Type, types: dict[str, TypeDef]) -> tuple[int, int]:
    """Size and alignment in bytes of a fixed-size type under repr(C)."""
    match kind:
        case Prim("bool"):
            return 1, 1
        case Prim("pubkey"):
            return 32, 1
        case Prim(name) if name in INTEGERS:
            return INTEGERS[name][0], INTEGERS[name][0]
        case Array(item, length):
            size, align = _measure(item, types)
            return size * length, align
        case Defined(name) if types[name].variants:
            return 1, 1
        case Defined(name):
            parts = [_measure(field.type, types) for field in types[name].fields]
            return sum(size for size, _ in parts), max((align for _, align in parts), default=1)
    raise SchemaError(f"{kind} has no fixed size")


def _refuse_padding(definition: TypeDef, types: dict[str, TypeDef]) -> None:
    """A bytemuck type is read field after field, which is right only where repr(C) puts no gap between them."""
    offset, widest = 0, 1
    for field in definition.fields:
        size, align = _measure(field.type, types)
        if offset % align:
            raise SchemaError(f"{definition.name}.{field.name} is padded at {offset}")
        offset, widest = offset + size, max(widest, align)
    if offset % widest:
        raise SchemaError(f"{definition.name} is padded at its end, {offset}")
