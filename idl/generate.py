"""Writes what the committed IDL says as Python: `python -m idl.generate`, with `--check` only compares.

Makes types.py, events/, accounts.py, instructions/, error_table.py and, in Anchor's older format, legacy/; nobody edits
those by hand. Reads the JSON files beside it, so that it works also while the generated files are old.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from idl.errors import SchemaError
from idl.old_spec import old_spec
from idl.placing import EVENT_FILES, INSTRUCTION_FILES, place
from idl.program import idl_json
from idl.render import classes, error_table, init_events, init_instructions, instructions
from idl.schema import Array, Defined, Idl, Option, Type, TypeDef, Vec, parse

HERE = Path(__file__).parent


def _names(kind: Type) -> Iterator[str]:
    """The defined types that a type mentions itself."""
    match kind:
        case Defined(name):
            yield name
        case Array(item, _) | Vec(item) | Option(item):
            yield from _names(item)
        case _:
            return


def _mentioned(definition: TypeDef) -> set[str]:
    return {name for field in definition.fields for name in _names(field.type)}


def _shared(idl: Idl) -> list[TypeDef]:
    """The types that are neither event nor account, each after those it mentions; argument structs are opened."""
    apart = {one.name for one in (*idl.events, *idl.accounts)}
    found: dict[str, TypeDef] = {}

    def visit(name: str) -> None:
        if name in apart or name in found:
            return
        for inner in sorted(_mentioned(idl.types[name])):
            visit(inner)
        found[name] = idl.types[name]

    used = {name for one in idl.instructions for field in one.args for name in _names(field.type)}
    for name in sorted(apart):
        used |= _mentioned(idl.types[name])
    for name in sorted(used):
        visit(name)
    return list(found.values())


def _merged(market: Idl, creator: Idl) -> list[TypeDef]:
    """The shared types of both programs; one that both have is the same in both."""
    found = {one.name: one for one in _shared(market)}
    for one in _shared(creator):
        if found.setdefault(one.name, one) != one:
            raise SchemaError(f"{one.name} differs between the programs")
    return list(found.values())


def _events(market: Idl, creator: Idl) -> dict[str, list[TypeDef]]:
    """The events of both programs by file."""
    placed = place([one.name for one in market.events], EVENT_FILES)
    files = {file: [market.types[name] for name in names] for file, names in placed.items()}
    return files | {"creator": [creator.types[one.name] for one in creator.events]}


def _values(market: Idl, creator: Idl, shared: list[TypeDef]) -> Iterator[tuple[str, str]]:
    events = _events(market, creator)
    yield "types.py", classes("Values inside events, accounts and arguments.", shared, ())
    for file, definitions in events.items():
        yield f"events/{file}.py", classes(f"Events of the group {file}.", definitions, shared)
    names = {file: [one.name for one in definitions] for file, definitions in events.items()}
    yield "events/__init__.py", init_events(names, shared)
    accounts = [idl.types[one.name] for idl in (market, creator) for one in idl.accounts]
    yield "accounts.py", classes("Accounts of the market and the creator program.", accounts, shared, union="Account")


def _calls(market: Idl, creator: Idl, poster: Idl, shared: list[TypeDef]) -> Iterator[tuple[str, str]]:
    groups = place([one.name for one in market.instructions], INSTRUCTION_FILES)
    by_name = {one.name: one for one in market.instructions}
    for file, names in groups.items():
        chosen = [by_name[name] for name in names]
        what = f"Instructions of the group {file}."
        yield f"instructions/{file}.py", instructions("MARKET_ID", what, chosen, shared)
    what = "Instructions of the creator program."
    yield "instructions/creator.py", instructions("CREATOR_ID", what, list(creator.instructions), shared)
    what = "Instructions of the poster, which exists on localnet only."
    yield "instructions/poster.py", instructions("POSTER_ID", what, list(poster.instructions), shared)
    groups["creator"] = [one.name for one in creator.instructions]
    yield "instructions/__init__.py", init_instructions(groups, {"market": market, "creator": creator}, poster)


def generated() -> dict[str, str]:
    """Every generated file by its path in this package."""
    market, creator, poster = (parse(idl_json(name)) for name in ("market", "creator", "poster"))
    shared = _merged(market, creator)
    files = dict(_values(market, creator, shared)) | dict(_calls(market, creator, poster, shared))
    files["error_table.py"] = error_table({"MARKET": market, "CREATOR": creator, "POSTER": poster})
    return files | {f"legacy/{one.name}.json": old_spec(one) for one in (market, creator, poster)}


def stale() -> list[str]:
    """The generated files that are missing or differ from what the IDL says now, and those that it no longer makes."""
    files = generated()
    old = [path for path, text in files.items() if not (HERE / path).exists() or (HERE / path).read_text() != text]
    folders = {"events": "*.py", "instructions": "*.py", "legacy": "*"}
    there = {str(path.relative_to(HERE)) for folder, names in folders.items() for path in (HERE / folder).glob(names)}
    return sorted({*old, *(there - set(files))})


def main(arguments: list[str]) -> int:
    """Write the files, or with --check name those that are stale and return 1."""
    old = stale()
    if "--check" in arguments:
        for path in old:
            print(f"idl/{path} is stale: run python -m idl.generate", file=sys.stderr)
        return 1 if old else 0
    files = generated()
    for path in old:
        target = HERE / path
        if path in files:
            target.parent.mkdir(exist_ok=True)
            target.write_text(files[path])
        else:
            target.unlink()
        print(f"idl/{path}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
