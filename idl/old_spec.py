"""An IDL in Anchor's format of before 0.30, for clients that read only that; only `generate` calls it.

The format has no discriminators (readers compute them from names), no addresses of accounts, and writes names in
camelCase. Types of repr(C) are written as plain structs: they have no padding, so field after field is the same bytes.
Source: anchor-lang 0.29, `anchor_syn::idl::types`.
"""

from typing import Any

import msgspec

from idl.schema import AccountSlot, Array, Defined, Field, Idl, InstructionDef, Named, Option, Prim, Type, TypeDef, Vec


class _Said(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True, kw_only=True):
    """What has a name and may have docs."""

    name: str
    docs: tuple[str, ...] = ()


class _Field(_Said, frozen=True, kw_only=True):
    type: Any


class _EventField(msgspec.Struct, frozen=True):
    name: str
    type: Any
    index: bool


class _Slot(_Said, frozen=True, kw_only=True):
    is_mut: bool
    is_signer: bool
    is_optional: bool = False


class _Instruction(_Said, frozen=True, kw_only=True):
    accounts: tuple[_Slot, ...]
    args: tuple[_Field, ...]


class _Variant(msgspec.Struct, frozen=True):
    name: str


class _Body(msgspec.Struct, frozen=True, omit_defaults=True):
    kind: str
    fields: tuple[_Field, ...] | msgspec.UnsetType = msgspec.UNSET
    variants: tuple[_Variant, ...] | msgspec.UnsetType = msgspec.UNSET


class _TypeDef(_Said, frozen=True, kw_only=True):
    type: _Body


class _Event(msgspec.Struct, frozen=True):
    name: str
    fields: tuple[_EventField, ...]


class _Error(msgspec.Struct, frozen=True):
    code: int
    name: str
    msg: str


class _Where(msgspec.Struct, frozen=True):
    address: str


class _Idl(msgspec.Struct, frozen=True):
    version: str
    name: str
    instructions: tuple[_Instruction, ...]
    accounts: tuple[_TypeDef, ...]
    types: tuple[_TypeDef, ...]
    events: tuple[_Event, ...]
    errors: tuple[_Error, ...]
    metadata: _Where


def camel(name: str) -> str:
    """snake_case to camelCase, leading underscores dropped."""
    first, *rest = name.strip("_").split("_")
    return first + "".join(part.capitalize() for part in rest)


def old_spec(idl: Idl) -> str:
    """The whole IDL as JSON text."""
    apart = {one.name for one in (*idl.events, *idl.accounts)}
    twin = _Idl(
        version=idl.version,
        name=idl.name,
        instructions=tuple(_instruction(one) for one in idl.instructions),
        accounts=tuple(_type_def(idl.types[one.name]) for one in idl.accounts),
        types=tuple(_type_def(one) for name, one in idl.types.items() if name not in apart),
        events=tuple(_event(one, idl) for one in idl.events),
        errors=tuple(_Error(one.code, one.name, one.msg) for one in idl.errors),
        metadata=_Where(idl.address),
    )
    return msgspec.json.format(msgspec.json.encode(twin), indent=2).decode() + "\n"


def _instruction(one: InstructionDef) -> _Instruction:
    slots = tuple(_slot(slot) for slot in one.accounts)
    return _Instruction(name=camel(one.name), docs=one.docs, accounts=slots, args=tuple(map(_field, one.given)))


def _slot(slot: AccountSlot) -> _Slot:
    flags = {"is_mut": slot.writable, "is_signer": slot.signer, "is_optional": slot.optional}
    return _Slot(name=camel(slot.name), docs=slot.docs, **flags)


def _event(event: Named, idl: Idl) -> _Event:
    fields = idl.types[event.name].fields
    return _Event(event.name, tuple(_EventField(camel(field.name), _type(field.type), False) for field in fields))


def _type_def(one: TypeDef) -> _TypeDef:
    if one.variants:
        body = _Body("enum", variants=tuple(map(_Variant, one.variants)))
    else:
        body = _Body("struct", fields=tuple(map(_field, one.fields)))
    return _TypeDef(name=one.name, docs=one.docs, type=body)


def _field(field: Field) -> _Field:
    return _Field(name=camel(field.name), docs=field.docs, type=_type(field.type))


def _type(kind: Type) -> object:
    match kind:
        case Prim("pubkey"):
            return "publicKey"
        case Prim(name):
            return name
        case Array(item, length):
            return {"array": (_type(item), length)}
        case Vec(item):
            return {"vec": _type(item)}
        case Option(item):
            return {"option": _type(item)}
        case Defined(name):
            return {"defined": name}
