"""Layouts to functions: turns types of an IDL into readers and writers of bytes.

A reader is straight-line Python source made once per type at import, as dataclasses are, because one unpack call for
a run of fields is what makes 250,000 events a second possible. It reads strictly: a bool, option tag or enum beyond
its range, a string that is not UTF-8 and a count beyond the data are refused, so that equal values have equal bytes.
Used by `codec` alone.
"""

import struct
from collections.abc import Callable, Mapping
from typing import Any

from idl.errors import BadValue, SchemaError, Truncated
from idl.schema import Array, Defined, Idl, Option, Prim, Type, TypeDef, Vec

Reader = Callable[[bytes, int], tuple[Any, int]]

CODES = {"u8": "B", "i8": "b", "u16": "H", "i16": "h", "u32": "I", "i32": "i", "u64": "Q", "i64": "q", "pubkey": "32s"}
WIDE = {"u128": "QQ", "i128": "Qq"}
UNROLLED_MAX = 16  # longer arrays of structs are read in a loop


def is_bytes(kind: Type) -> bool:
    """Whether a type is plain bytes in Python: `bytes`, `[u8; N]` and `Vec<u8>`."""
    return kind == Prim("bytes") or (isinstance(kind, Array | Vec) and kind.item == Prim("u8"))


def _repeated(format: str) -> Callable[[int], struct.Struct]:
    """Layouts of any number of scalars of one format, made once for the short counts that occur."""
    ready = tuple(struct.Struct("<" + format * count) for count in range(65))
    return lambda count: ready[count] if count < len(ready) else struct.Struct("<" + format * count)


class _Source:
    """The body of one reader while it grows; `run` is the stretch of fixed fields not yet unpacked."""

    def __init__(self, book: "Book") -> None:
        self.book = book
        self.lines: list[str] = []
        self.names: dict[str, Any] = {"BadValue": BadValue, "Truncated": Truncated, "U32": struct.Struct("<I")}
        self.formats = ""
        self.run: list[str] = []
        self.checks: list[str] = []
        self.count = 0

    def fresh(self) -> str:
        self.count += 1
        return f"v{self.count}"

    def constant(self, value: object) -> str:
        name = f"c{len(self.names)}"
        self.names[name] = value
        return name

    def fixed(self, format: str) -> str:
        """A field of the current run; returns its variable, which exists after the next flush."""
        name = self.fresh()
        self.formats += format
        self.run.append(name)
        return name

    def flush(self) -> None:
        if self.formats:
            layout = struct.Struct("<" + self.formats)
            self.lines.append(f"{', '.join(self.run)}, = {self.constant(layout.unpack_from)}(data, p)")
            self.lines.append(f"p += {layout.size}")
        self.lines += self.checks
        self.formats, self.run, self.checks = "", [], []

    def value(self, kind: Type) -> str:
        """Emit what reads one value and return the expression that holds it after the next flush."""
        match kind:
            case Prim(name):
                return self.prim(name)
            case Array(item, length) if is_bytes(kind):
                return self.fixed(f"{length}s")
            case Array(item, length) if length <= UNROLLED_MAX:
                return "(" + "".join(self.value(item) + ", " for _ in range(length)) + ")"
            case Defined(name) if self.book.idl.types[name].fields:
                parts = [self.value(field.type) for field in self.book.idl.types[name].fields]
                return f"{self.constant(self.book.classes[name])}({', '.join(parts)})"
            case Defined(name):
                return self.variant(name)
        return self.dynamic(kind)

    def prim(self, name: str) -> str:
        if name in CODES:
            return self.fixed(CODES[name])
        if name in WIDE:
            low, high = self.fixed(WIDE[name][0]), self.fixed(WIDE[name][1])
            return f"{low} | {high} << 64"
        if name == "bool":
            flag = self.fixed("B")
            self.checks.append(f"if {flag} > 1: raise BadValue(f'bool {{{flag}}}')")
            return f"{flag} == 1"
        return self.dynamic(Prim(name))

    def variant(self, name: str) -> str:
        members = tuple(self.book.classes[name])
        index = self.fixed("B")
        self.checks.append(f"if {index} >= {len(members)}: raise BadValue(f'{name} {{{index}}}')")
        return f"{self.constant(members)}[{index}]"

    def dynamic(self, kind: Type) -> str:
        """Values whose place or length is known only while reading."""
        self.flush()
        name = self.fresh()
        match kind:
            case Option(item):
                self.lines.append(f"{name}, p = {self.constant(_option_reader(self.book.reader(item)))}(data, p)")
            case Array(item, length):
                read = self.constant(_items_reader(self.book.reader(item)))
                self.lines.append(f"{name}, p = {read}(data, p, {length})")
            case _:
                self.counted(name, kind)
        return name

    def counted(self, name: str, kind: Type) -> None:
        """A u32 count, then that many bytes or items."""
        item = kind.item if isinstance(kind, Vec) else Prim("u8")
        plain = "1s" if item == Prim("u8") else CODES.get(item.name) if isinstance(item, Prim) else None
        size = struct.calcsize("<" + plain) if plain else self.book.least(item)
        self.lines += ["n, = U32.unpack_from(data, p)", "p += 4"]
        self.lines.append(f"if n * {size} > len(data) - p: raise Truncated(f'{{n}} items beyond the data')")
        if item == Prim("u8"):
            taken = "data[p:p + n]"
            text = kind == Prim("string")
            self.lines.append(f"{name} = {self.constant(_text)}({taken})" if text else f"{name} = bytes({taken})")
            self.lines.append("p += n")
        elif plain:
            self.lines += [f"{name} = {self.constant(_repeated(plain))}(n).unpack_from(data, p)", f"p += n * {size}"]
        else:
            self.lines.append(f"{name}, p = {self.constant(_items_reader(self.book.reader(item)))}(data, p, n)")

    def compile(self, label: str, result: str) -> Reader:
        self.flush()
        body = "\n    ".join([*self.lines, f"return {result}, p"])
        exec(compile(f"def read(data, p):\n    {body}", f"<idl reader of {label}>", "exec"), self.names)
        return self.names["read"]


def _text(data: bytes) -> str:
    try:
        return str(data, "utf-8")
    except UnicodeDecodeError as error:
        raise BadValue(f"text is not UTF-8: {error}") from error


def _option_reader(read: Reader) -> Reader:
    def option(data: bytes, p: int) -> tuple[Any, int]:
        if p >= len(data):
            raise Truncated("no option tag")
        if data[p] > 1:
            raise BadValue(f"option tag {data[p]}")
        return read(data, p + 1) if data[p] else (None, p + 1)

    return option


def _items_reader(read: Reader) -> Callable[[bytes, int, int], tuple[tuple[Any, ...], int]]:
    def items(data: bytes, p: int, count: int) -> tuple[tuple[Any, ...], int]:
        found = []
        for _ in range(count):
            item, p = read(data, p)
            found.append(item)
        return tuple(found), p

    return items


class Book:
    """All readers and writers of one IDL; `classes` maps each type's short name to its Python class."""

    def __init__(self, idl: Idl, classes: Mapping[str, Any]) -> None:
        self.idl, self.classes = idl, classes
        self._readers: dict[Type, Reader] = {}

    def reader(self, kind: Type) -> Reader:
        """The reader of one type: (data, position) -> (value, next position); struct.error where data ends early."""
        if kind not in self._readers:
            source = _Source(self)
            self._readers[kind] = source.compile(repr(kind), source.value(kind))
        return self._readers[kind]

    def least(self, kind: Type) -> int:
        """The fewest bytes that a value of the type takes."""
        match kind:
            case Prim(name):
                return struct.calcsize("<" + {**CODES, **WIDE, "bool": "B", "string": "I", "bytes": "I"}[name])
            case Array(item, length):
                return self.least(item) * length
            case Vec():
                return 4
            case Option():
                return 1
            case Defined(name):
                return sum(self.least(field.type) for field in self.idl.types[name].fields) or 1

    def write(self, kind: Type, value: Any, out: bytearray) -> None:
        """Append the bytes of one value; raises BadValue where it does not fit its type."""
        match kind:
            case Prim(name):
                out += _scalar(name, value)
            case Array(_, length) if len(value) != length:
                raise BadValue(f"{len(value)} items, expected {length}")
            case Array() if is_bytes(kind):
                out += value
            case Vec() if is_bytes(kind):
                out += _scalar("bytes", value)
            case Array(item, _) | Vec(item):
                out += _scalar("u32", len(value)) if isinstance(kind, Vec) else b""
                for one in value:
                    self.write(item, one, out)
            case Option(item):
                out.append(value is not None)
                if value is not None:
                    self.write(item, value, out)
            case Defined(name):
                self._write_defined(self.idl.types[name], value, out)

    def _write_defined(self, definition: TypeDef, value: Any, out: bytearray) -> None:
        if not definition.fields:
            if not 0 <= value < len(definition.variants):
                raise BadValue(f"{definition.name} {value}")
            out.append(value)
        elif type(value) is not self.classes[definition.name]:
            raise BadValue(f"{type(value).__name__} is not a {definition.name}")
        else:
            for name, field in zip(value.__struct_fields__, definition.fields, strict=True):
                self.write(field.type, getattr(value, name), out)


def _scalar(name: str, value: Any) -> bytes:
    """The bytes of one scalar."""
    try:
        match name:
            case "bool":
                return b"\1" if value else b"\0"
            case "string" | "bytes":
                raw = value.encode() if name == "string" else bytes(value)
                return struct.pack("<I", len(raw)) + raw
            case "pubkey" if len(value) != 32:
                raise BadValue(f"a pubkey has 32 bytes, not {len(value)}")
            case _ if name in WIDE:
                return value.to_bytes(16, "little", signed=name == "i128")
            case _ if name in CODES:
                return struct.pack("<" + CODES[name], value)
    except (struct.error, OverflowError, TypeError, AttributeError) as error:
        raise BadValue(f"{value!r} is not a {name}") from error
    raise SchemaError(f"{name} has no layout here")
