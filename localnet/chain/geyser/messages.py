"""The message classes of the .proto files, made from the committed descriptor when this is imported.

They live in a descriptor pool of their own: a client's generated modules of the same format can be imported beside."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from google.protobuf.descriptor_pb2 import FileDescriptorSet
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass

SERVICE = "geyser.Geyser"
DESCRIPTOR = Path(__file__).parent / "descriptor.binpb"
_STORAGE = "solana.storage.ConfirmedBlock"


def _read() -> DescriptorPool:
    pool = DescriptorPool()
    for file in FileDescriptorSet.FromString(DESCRIPTOR.read_bytes()).file:
        pool.AddSerializedFile(file.SerializeToString())
    return pool


POOL = _read()


def message(name: str) -> Any:
    """The class of a message by its full name; KeyError when there is none. protobuf makes its fields at run time."""
    return GetMessageClass(POOL.FindMessageTypeByName(name))


def storage(name: str) -> Any:
    """The class of a message of blocks and transactions."""
    return message(f"{_STORAGE}.{name}")


def methods() -> dict[str, tuple[Any, Any]]:
    """The request and answer class of every method of the service, by its name."""
    found = POOL.FindServiceByName(SERVICE).methods
    return {one.name: (GetMessageClass(one.input_type), GetMessageClass(one.output_type)) for one in found}


SubscribeRequest = message("geyser.SubscribeRequest")
SubscribeUpdate = message("geyser.SubscribeUpdate")
AccountInfo = message("geyser.SubscribeUpdateAccountInfo")
TransactionInfo = message("geyser.SubscribeUpdateTransactionInfo")
TransactionStatus = message("geyser.SubscribeUpdateTransactionStatus")
Entry = message("geyser.SubscribeUpdateEntry")
BlockMeta = message("geyser.SubscribeUpdateBlockMeta")
BlockUpdate = message("geyser.SubscribeUpdateBlock")

PROCESSED, CONFIRMED, FINALIZED, FIRST_SHRED_RECEIVED, COMPLETED, CREATED_BANK, DEAD = range(7)
