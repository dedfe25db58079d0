"""The methods that bring transactions in: send, simulate, airdrop, and what a message would cost."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from solders.account import Account
from solders.hash import Hash
from solders.message import Message, from_bytes_versioned
from solders.pubkey import Pubkey
from solders.signature import Signature
from solders.system_program import TransferParams, transfer
from solders.transaction import VersionedTransaction

from localnet.chain import wire as wires
from localnet.chain.errors import ReplyLost, RpcError, invalid_params
from localnet.chain.model import Block, Outcome
from localnet.chain.rpc.accounts import account_json
from localnet.chain.rpc.endpoint import Endpoint, require_slot, with_context
from localnet.chain.rpc.network import last_valid_height, require_health
from localnet.chain.rpc.params import Config, Params, base58_bytes, base64_bytes, pubkey
from localnet.chain.rpc.render import inner_json, loaded_json, returned_json, token_json
from localnet.chain.rpc.texts import sentence
from localnet.chain.runtime import LAMPORTS_PER_SIGNATURE, Refused
from localnet.chain.trial import simulate
from localnet.chain.wire import Wire

# How a text begins whose first byte is wire.V1_MARK.
_V1_BASE64 = tuple(f"g{char}" for char in "QRSTUVWXYZabcdef")
_RUST_TYPE = "solana_transaction::versioned::VersionedTransaction"


def send_transaction(endpoint: Endpoint, params: Params) -> str:
    """Queue a signed transaction for the next block and name it, after preflight unless skipped."""
    config = params.config(1)
    wire = _decode(params.text(0), config)
    commitment = config.commitment("preflightCommitment")
    if config.flag("skipPreflight"):
        require_slot(config, endpoint.at("processed"))
        if not all(wire.signed.verify_with_results()):
            return wire.signature  # a leader drops it without a word
    else:
        at = endpoint.at(commitment)
        require_slot(config, at)
        require_health(endpoint)
        _preflight(endpoint, wire, at)
    return _accept(endpoint, wire, config.number("maxRetries"))


def _accept(endpoint: Endpoint, wire: Wire, retries: int | None) -> str:
    """Queue a transaction, or do with it what a fault demands."""
    chain = endpoint.chain
    fault = chain.faults.meet_send(endpoint.name)
    match None if fault is None else fault.fate:
        case "drop":
            return wire.signature
        case "duplicate":
            chain.submit(wire, retries=retries)
            return chain.submit(wire, retries=0, delay_blocks=fault.blocks if fault else 0, again=True)
        case "delay":
            return chain.submit(wire, retries=retries, delay_blocks=fault.blocks if fault else 0)
        case "reply_lost":
            chain.submit(wire, retries=retries)
            raise ReplyLost
    return chain.submit(wire, retries=retries)


def _preflight(endpoint: Endpoint, wire: Wire, at: Block) -> None:
    """-32002 with the simulation's result when the transaction would fail."""
    if not all(wire.signed.verify_with_results()):
        raise _preflight_failure("SignatureFailure", None)
    try:
        outcome, _ = simulate(endpoint.chain, wire, at, fresh_blockhash=False)
    except Refused as refused:
        raise _preflight_failure(refused.error, None) from refused
    if outcome.error is not None:
        raise _preflight_failure(outcome.error, outcome)


def _preflight_failure(error: Any, outcome: Outcome | None) -> RpcError:
    data = _simulated(error, outcome) | dict.fromkeys(
        ("loadedAddresses", "preBalances", "postBalances", "preTokenBalances", "postTokenBalances")
    )
    return RpcError(-32002, f"Transaction simulation failed: {sentence(error)}", data)


def simulate_transaction(endpoint: Endpoint, params: Params) -> dict[str, Any]:
    """What a transaction would do on the state of a commitment."""
    config = params.config(1)
    wire = _decode(params.text(0), config)
    verify, fresh = config.flag("sigVerify"), config.flag("replaceRecentBlockhash")
    if verify and fresh:
        raise invalid_params("sigVerify may not be used with replaceRecentBlockhash")
    at = endpoint.context_block(config)
    wanted = _wanted_accounts(config, wire)
    if verify and not all(wire.signed.verify_with_results()):
        return with_context(at, _simulated("SignatureFailure", None) | {"loadedAddresses": _NO_LOADED})
    try:
        outcome, after = simulate(endpoint.chain, wire, at, fresh_blockhash=fresh)
        value = _simulated(outcome.error, outcome)
    except Refused as refused:
        outcome, after, value = None, {}, _simulated(refused.error, None) | _untouched(endpoint, wire, at)
    if outcome is not None and config.flag("innerInstructions"):
        value["innerInstructions"] = inner_json(outcome, parsed=True)
    if wanted is not None and outcome is not None:
        value["accounts"] = _accounts_after(endpoint, at, wanted, after, failed=outcome.error is not None)
    if fresh:
        value["replacementBlockhash"] = {"blockhash": at.blockhash, "lastValidBlockHeight": last_valid_height(at)}
    return with_context(at, value)


_NO_LOADED: dict[str, list[str]] = {"readonly": [], "writable": []}


def _simulated(error: Any, outcome: Outcome | None) -> dict[str, Any]:
    """A simulation's result; without an outcome nothing was executed."""
    value: dict[str, Any] = {
        "accounts": None,
        "err": error,
        "fee": None,
        "innerInstructions": None,
        "loadedAccountsDataSize": 0,
        "loadedAddresses": None,
        "logs": [],
        "postBalances": None,
        "postTokenBalances": None,
        "preBalances": None,
        "preTokenBalances": None,
        "replacementBlockhash": None,
        "returnData": None,
        "unitsConsumed": 0,
    }
    if outcome is None:
        return value
    return value | {
        "fee": outcome.fee,
        "loadedAccountsDataSize": outcome.loaded_bytes,
        "loadedAddresses": loaded_json(outcome),
        "logs": list(outcome.logs or ()),
        "postBalances": list(outcome.post_balances),
        "postTokenBalances": [token_json(one) for one in outcome.post_tokens],
        "preBalances": list(outcome.pre_balances),
        "preTokenBalances": [token_json(one) for one in outcome.pre_tokens],
        "returnData": returned_json(outcome),
        "unitsConsumed": outcome.units,
    }


def _untouched(endpoint: Endpoint, wire: Wire, at: Block) -> dict[str, Any]:
    """The balances a transaction found that could not run."""
    found = [endpoint.account(key, at) for key in wire.keys]
    lamports = [0 if one is None else one.lamports for one in found]
    return {
        "loadedAddresses": _NO_LOADED,
        "postBalances": lamports,
        "postTokenBalances": [],
        "preBalances": lamports,
        "preTokenBalances": [],
    }


def _wanted_accounts(config: Config, wire: Wire) -> tuple[list[Pubkey], str] | None:
    """The accounts a simulation must show afterwards, and their encoding."""
    value = config.get("accounts")
    if value is None:
        return None
    encoding = Config(value).word("encoding", "base64")
    if encoding in ("base58", "binary"):
        raise invalid_params("base58 encoding not supported")
    if len(value["addresses"]) > len(wire.keys):
        raise invalid_params(f"Too many accounts provided; max {len(wire.keys)}")
    return [pubkey(one) for one in value["addresses"]], encoding


def _accounts_after(
    endpoint: Endpoint, at: Block, wanted: tuple[list[Pubkey], str], after: dict[Pubkey, Account], *, failed: bool
) -> list[Any]:
    keys, encoding = wanted
    if failed:
        return [None] * len(keys)
    found = (after[key] if key in after else endpoint.account(key, at) for key in keys)
    return [account_json(endpoint, at, key, one, encoding, others=after) for key, one in zip(keys, found, strict=True)]


def request_airdrop(endpoint: Endpoint, params: Params) -> str:
    """A transfer from the faucet, queued like any other transaction."""
    to, lamports = params.pubkey(0), params.number(1)
    config = params.config(2)
    faucet = endpoint.chain.faucet
    blockhash = config.blockhash("recentBlockhash") or endpoint.at(config.commitment(default="processed")).blockhash
    give = transfer(TransferParams(from_pubkey=faucet.pubkey(), to_pubkey=to, lamports=lamports))
    message = Message.new_with_blockhash([give], faucet.pubkey(), Hash.from_string(blockhash))
    return endpoint.chain.submit(wires.from_signed(VersionedTransaction(message, [faucet])))


def get_fee_for_message(endpoint: Endpoint, params: Params) -> dict[str, Any]:
    """Lamports a message would cost; null when its blockhash is not valid."""
    raw = base64_bytes(params.text(0))
    try:
        message = from_bytes_versioned(raw)
    except ValueError as error:
        raise invalid_params(f"failed to deserialize solana_message::versions::VersionedMessage: {error}") from error
    block = endpoint.context_block(params.config(1))
    signers = [Signature.default()] * message.header.num_required_signatures
    wire = wires.from_signed(VersionedTransaction.populate(message, signers))
    try:
        endpoint.chain.bank.check(replace(wire, identity=b""), block)
    except Refused:
        return with_context(block, None)
    return with_context(block, LAMPORTS_PER_SIGNATURE * wire.required + wire.budget.priority_lamports)


def _decode(value: str, config: Config) -> Wire:
    """The transaction out of its text, with Agave's bounds and complaints."""
    encoding = config.word("encoding", "base58")
    if encoding == "binary":
        encoding = "base58"
    if encoding not in ("base58", "base64"):
        raise invalid_params(f"unsupported encoding: {encoding}. Supported encodings: base58, base64")
    chars_max = wires.V1_BASE64_CHARS_MAX if encoding == "base64" else wires.V1_BASE58_CHARS_MAX
    if len(value) > chars_max and encoding == "base64" and value.startswith(_V1_BASE64):
        raise invalid_params(_too_large(encoding, len(value), chars_max, wires.V1_BYTES_MAX))
    if len(value) > chars_max:
        raise _too_long(encoding, value)
    raw = base64_bytes(value) if encoding == "base64" else base58_bytes(value)
    if len(raw) > wires.PACKET_BYTES_MAX and raw[0] != wires.V1_MARK:
        raise _too_long(encoding, value)
    try:
        return wires.parse(raw)
    except wires.Unsanitary as error:
        raise invalid_params(f"invalid transaction: {error}") from error
    except ValueError as error:
        raise invalid_params(f"failed to deserialize {_RUST_TYPE}: {error}") from error


def _too_long(encoding: str, value: str) -> RpcError:
    chars = wires.BASE64_CHARS_MAX if encoding == "base64" else wires.BASE58_CHARS_MAX
    return invalid_params(_too_large(encoding, len(value), chars, wires.PACKET_BYTES_MAX))


def _too_large(encoding: str, length: int, chars: int, raw: int) -> str:
    return f"{encoding} encoded {_RUST_TYPE} too large: {length} bytes (max: encoded/raw {chars}/{raw})"
