"""Keys of fee payers behind solana-keychain; the only file that can reach a private key, and it never shows one.

A signer is named by a small JSON list: [{"backend": "memory", "path": "/run/keys/payer.json"}] or any backend of the
library with its own configuration fields. Outside a local cluster a key whose seed is in our source is refused.
"""

import asyncio
import hashlib
import importlib
import json
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from solana_keychain import MemorySigner, SignerError, SolanaSigner, create_keychain_signer
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from relayer.errors import BadSetting, SecretRefused, SignerAway

SIGN_TIMEOUT_S = 5.0
LOCAL_CLUSTER = "localnet"
_LOCAL_NAMES = (
    "payer",
    "oracle",
    "authority",
    "guardian",
    "council",
    "treasury",
    "alice",
    "bob",
    "carol",
    "dave",
    "erin",
)


class KeychainSigner:
    """model.Signer on any backend of solana-keychain."""

    def __init__(self, signer: SolanaSigner) -> None:
        self._signer = signer

    @property
    def address(self) -> Pubkey:
        """The payer's address."""
        return self._signer.pubkey

    async def sign(self, message: bytes) -> bytes:
        """64 bytes over exactly these bytes; checked, since a wrong one would only burn time."""
        try:
            async with asyncio.timeout(SIGN_TIMEOUT_S):
                signature = await self._signer.sign_message(message)
        except (SignerError, TimeoutError) as error:
            raise SignerAway(f"signer of {self.address}: {error}") from error
        if not signature.verify(self.address, message):
            raise SignerAway(f"signer of {self.address} returned a signature that does not fit")
        return bytes(signature)


async def open_signers(setting: str, *, cluster: str) -> tuple[KeychainSigner, ...]:
    """The signers of RELAYER_SIGNERS: a JSON list, or paths of keypair files separated by commas."""
    signers = [await _open(entry) for entry in _entries(setting)]
    if not signers:
        raise BadSetting("RELAYER_SIGNERS names no signer")
    refuse_local([s.address for s in signers], cluster=cluster)
    return tuple(signers)


def refuse_local(addresses: Sequence[Pubkey], *, cluster: str) -> None:
    """Raise SecretRefused where a key that everybody knows is used outside a local cluster."""
    if cluster == LOCAL_CLUSTER:
        return
    for name in _LOCAL_NAMES:
        seed = hashlib.sha256(f"sealbook localnet wallet {name}".encode()).digest()
        if Keypair.from_seed(seed).pubkey() in addresses:
            raise SecretRefused(f"RELAYER_SIGNERS holds the localnet wallet {name!r}, whose seed is public: {cluster}")


def read_keypair(path: str) -> Keypair:
    """A Solana CLI keypair file; BadSetting names the path, never the content."""
    try:
        return Keypair.from_json(Path(path).read_text())
    except (OSError, ValueError) as error:
        raise BadSetting(f"{path} is not a readable keypair file ({type(error).__name__})") from None


def _entries(setting: str) -> list[dict[str, Any]]:
    text = setting.strip()
    if not text.startswith("["):
        return [{"backend": "memory", "path": part.strip()} for part in text.split(",") if part.strip()]
    try:
        found = json.loads(text)
    except ValueError as error:
        raise BadSetting("RELAYER_SIGNERS is neither a JSON list nor paths") from error
    if all(isinstance(entry, int) for entry in found):
        raise BadSetting("RELAYER_SIGNERS takes key files or a key service, not a bare key")
    return [entry if isinstance(entry, dict) else {"backend": "memory", "path": str(entry)} for entry in found]


async def _open(entry: dict[str, Any]) -> KeychainSigner:
    backend = str(entry.get("backend", "memory"))
    if backend == "memory":
        if "path" not in entry:
            raise BadSetting("RELAYER_SIGNERS: a memory signer needs the path of a keypair file")
        return KeychainSigner(MemorySigner(read_keypair(str(entry["path"]))))
    try:
        return KeychainSigner(await create_keychain_signer(backend, _config(backend, entry)))
    except (SignerError, ImportError) as error:
        raise BadSetting(f"RELAYER_SIGNERS: backend {backend}: {error}") from error


def _config(backend: str, entry: dict[str, Any]) -> Any:
    """The library's own configuration value of a backend, from the fields of the entry."""
    try:
        module = importlib.import_module(f"solana_keychain.{backend.replace('-', '_')}")
    except ImportError as error:
        raise BadSetting(f"RELAYER_SIGNERS: no backend {backend}") from error
    name = next((n for n in dir(module) if n.endswith("SignerConfig")), None)
    if name is None:
        raise BadSetting(f"RELAYER_SIGNERS: no backend {backend}")
    kind = getattr(module, name)
    known = {f.name for f in fields(kind)}
    extra = set(entry) - known - {"backend"}
    if extra:
        raise BadSetting(f"RELAYER_SIGNERS: backend {backend} has no field {sorted(extra)[0]}")
    return kind(**{key: value for key, value in entry.items() if key != "backend"})
