"""Instructions of Token-2022 for the extensions of mints and accounts: a first byte for the extension, a second one for
what is done to it. Those of confidential amounts are in `token_proofs`. Pure.

Source: Agave, transaction-status/src/parse_token/extension; layouts of spl-token-2022, extension/*/instruction.rs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from localnet.chain.rpc.parsed import token_proofs
from localnet.chain.rpc.parsed.amounts import amount_json
from localnet.chain.rpc.parsed.extensions import STATES
from localnet.chain.rpc.parsed.forms import (
    Data,
    Form,
    Read,
    Unparsable,
    digits,
    float_text,
    i16,
    i64,
    key,
    key_or_none,
    key_or_null,
    signers,
    typed,
    u8,
    u16,
    u64,
)

Parser = Callable[[Sequence[str], Data], dict[str, Any]]
_MINT = ("mint",)
_BURN = ("account", "mint", "permissionedBurnAuthority")


def _state(data: Data) -> str:
    kind = u8(data)
    if kind >= len(STATES):
        raise Unparsable(Unparsable.__doc__)
    return STATES[kind]


def checked(data: Data) -> dict[str, Any]:
    """An amount with the decimals its sender believes in."""
    amount = u64(data)
    return amount_json(amount, u8(data))


def _pointer(name: str, what: str) -> dict[int, Parser]:
    """Set at first, and changed later: an authority, and an address that a mint points to."""
    fields = (("authority", key_or_null), (what, key_or_null))
    return {
        0: Form(name=f"initialize{name}", roles=_MINT, fields=fields, silent=("authority", what), exact=True).parsed,
        1: Form(
            name=f"update{name}", roles=_MINT, fields=fields[1:], silent=(what,), signer="authority", exact=True
        ).parsed,
    }


def _switch(name: str) -> dict[int, Parser]:
    """What an account's owner turns on and off."""
    return {
        kind: Form(name=f"{act}{name}", roles=("account",), signer="owner").parsed
        for kind, act in enumerate(("enable", "disable"))
    }


def _with_fee(accounts: Sequence[str], data: Data) -> dict[str, Any]:
    """A transfer that names its fee; both amounts are of the same decimals."""
    amount, decimals, fee = u64(data), u8(data), u64(data)
    if len(accounts) < 4:
        raise Unparsable(Unparsable.__doc__)
    info = dict(zip(("source", "mint", "destination"), accounts, strict=False))
    shown = {"tokenAmount": amount_json(amount, decimals), "feeAmount": amount_json(fee, decimals)}
    return typed("transferCheckedWithFee", info | shown | signers("authority", accounts[3:]))


def _withdraw_from_accounts(accounts: Sequence[str], data: Data) -> dict[str, Any]:
    """The last accounts are those that fees are taken from; the signers stand before them."""
    count = u8(data)
    if len(accounts) < 3 + count:
        raise Unparsable(Unparsable.__doc__)
    first = len(accounts) - count
    info: dict[str, Any] = {"mint": accounts[0], "feeRecipient": accounts[1], "sourceAccounts": list(accounts[first:])}
    signed = signers("withdrawWithheldAuthority", accounts[2:first])
    return typed("withdrawWithheldTokensFromAccounts", info | signed)


def _set_fee(accounts: Sequence[str], data: Data) -> dict[str, Any]:
    parsed = _SET_FEE.parsed(accounts, data)
    info = parsed["info"]
    if _FEE_MULTISIG in info:
        info[_FEE_MULTISIG_SHOWN] = info.pop(_FEE_MULTISIG)
    return typed(parsed["type"], info)


_FEE: tuple[tuple[str, Read], ...] = (("transferFeeBasisPoints", u16), ("maximumFee", u64))
_FEE_AUTHORITIES = ("transferFeeConfigAuthority", "withdrawWithheldAuthority")
_SET_FEE = Form(name="setTransferFee", roles=_MINT, fields=_FEE, signer=_FEE_AUTHORITIES[0])
# Agave writes this one name with a small letter inside.
_FEE_MULTISIG, _FEE_MULTISIG_SHOWN = "multisigTransferFeeConfigAuthority", "multisigtransferFeeConfigAuthority"

_TRANSFER_FEE: dict[int, Parser] = {
    0: Form(
        name="initializeTransferFeeConfig",
        roles=_MINT,
        fields=(*((name, key_or_none) for name in _FEE_AUTHORITIES), *_FEE),
        silent=_FEE_AUTHORITIES,
    ).parsed,
    1: _with_fee,
    2: Form(
        name="withdrawWithheldTokensFromMint", roles=("mint", "feeRecipient"), signer="withdrawWithheldAuthority"
    ).parsed,
    3: _withdraw_from_accounts,
    4: Form(name="harvestWithheldTokensToMint", roles=_MINT, rest="sourceAccounts").parsed,
    5: _set_fee,
}
_DEFAULT_STATE: dict[int, Parser] = {
    0: Form(name="initializeDefaultAccountState", roles=_MINT, fields=(("accountState", _state),), exact=True).parsed,
    1: Form(
        name="updateDefaultAccountState",
        roles=_MINT,
        fields=(("accountState", _state),),
        signer="freezeAuthority",
        exact=True,
    ).parsed,
}
_INTEREST: dict[int, Parser] = {
    0: Form(
        name="initializeInterestBearingConfig",
        roles=_MINT,
        fields=(("rateAuthority", key_or_null), ("rate", i16)),
        exact=True,
    ).parsed,
    1: Form(
        name="updateInterestBearingConfigRate",
        roles=_MINT,
        fields=(("newRate", i16),),
        signer="rateAuthority",
        exact=True,
    ).parsed,
}
_SCALED: dict[int, Parser] = {
    0: Form(
        name="initializeScaledUiAmountConfig",
        roles=_MINT,
        fields=(("authority", key_or_null), ("multiplier", float_text)),
        exact=True,
    ).parsed,
    1: Form(
        name="updateMultiplier",
        roles=_MINT,
        fields=(("newMultiplier", float_text), ("newMultiplierTimestamp", i64)),
        signer="authority",
        exact=True,
    ).parsed,
}
_PAUSABLE: dict[int, Parser] = {
    0: Form(name="initializePausableConfig", roles=_MINT, fields=(("authority", key),), exact=True).parsed,
    1: Form(name="pause", roles=_MINT, signer="authority").parsed,
    2: Form(name="resume", roles=_MINT, signer="authority").parsed,
}
_PERMISSIONED_BURN: dict[int, Parser] = {
    0: Form(name="initializePermissionedBurnConfig", roles=_MINT, fields=(("authority", key),), exact=True).parsed,
    1: Form(name="permissionedBurn", roles=_BURN, fields=(("amount", digits),), signer="authority", exact=True).parsed,
    2: Form(
        name="permissionedBurnChecked", roles=_BURN, fields=(("tokenAmount", checked),), signer="authority", exact=True
    ).parsed,
    3: token_proofs.permissioned_burn,
}

FAMILIES: dict[int, dict[int, Parser]] = {
    26: _TRANSFER_FEE,
    27: token_proofs.TRANSFERS,
    28: _DEFAULT_STATE,
    30: _switch("RequiredMemoTransfers"),
    33: _INTEREST,
    34: _switch("CpiGuard"),
    36: _pointer("TransferHook", "programId"),
    37: token_proofs.FEES,
    39: _pointer("MetadataPointer", "metadataAddress"),
    40: _pointer("GroupPointer", "groupAddress"),
    41: _pointer("GroupMemberPointer", "memberAddress"),
    42: token_proofs.MINT_BURN,
    43: _SCALED,
    44: _PAUSABLE,
    46: _PERMISSIONED_BURN,
}


def parse(family: int, accounts: Sequence[str], data: Data) -> dict[str, Any]:
    """An instruction of an extension; Unparsable when that has no such one."""
    parser = FAMILIES[family].get(u8(data))
    if parser is None:
        raise Unparsable(Unparsable.__doc__)
    return parser(accounts, data)
