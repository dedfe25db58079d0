"""Instructions of Token-2022 for confidential amounts. A proof is either in an account of its own (its offset is 0) or
in another instruction, found through the instructions sysvar. Pure.

Source: Agave, transaction-status/src/parse_token/extension/confidential_{transfer,transfer_fee,mint_burn}.rs and
permissioned_burn.rs. Which of several further accounts are proofs and which are signers cannot be told for sure; it is
guessed as Agave guesses.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from localnet.chain.rpc.parsed.forms import (
    Data,
    Form,
    Read,
    Unparsable,
    aes,
    elgamal,
    elgamal_key,
    elgamal_or_null,
    flag,
    i8,
    key_or_null,
    signers,
    typed,
    u8,
    u64,
)

Parser = Callable[[Sequence[str], Data], dict[str, Any]]
Fields = tuple[tuple[str, Read], ...]
_SYSVAR = "instructionsSysvar"
_EQUALITY, _VALIDITY, _RANGE = "equalityProof", "ciphertextValidityProof", "rangeProof"
_AMOUNT_VALIDITY, _FEE_VALIDITY = "transferAmountCiphertextValidityProof", "feeCiphertextValidityProof"
_FEE_SIGMA = "feeSigmaProof"
_OFFSET = "InstructionOffset"
_HIDDEN = "hidden"


def _offsets(*proofs: str) -> Fields:
    return tuple((proof + _OFFSET, i8) for proof in proofs)


# The auditor's two halves of an amount, which Agave does not show.
_FOR_AUDITORS: Fields = ((_HIDDEN, elgamal), (_HIDDEN, elgamal))
_NEW_BALANCE: Fields = (("newDecryptableAvailableBalance", aes),)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Proven:
    """An instruction with one proof.

    Its account, or the sysvar, comes after the roles; with the sysvar, one account too many is the proof's record.
    """

    name: str
    roles: tuple[str, ...]
    fields: Fields
    signer: str = "owner"
    account: str = "proofContextStateAccount"
    record: str | None = "recordAccount"

    def parsed(self, accounts: Sequence[str], data: Data) -> dict[str, Any]:
        """The instruction as Agave shows it; Unparsable when accounts or data have not the right length."""
        info = _read(self.fields, data)
        return typed(self.name, self.shown(accounts, info))

    def shown(self, accounts: Sequence[str], info: dict[str, Any]) -> dict[str, Any]:
        """The values with the accounts."""
        at = len(self.roles)
        if len(accounts) < at + 2:
            raise Unparsable(Unparsable.__doc__)
        info |= zip(self.roles, accounts, strict=False)
        info[self.account if info["proofInstructionOffset"] == 0 else _SYSVAR] = accounts[at]
        if self.record and info["proofInstructionOffset"] and len(accounts) > at + 2:
            at += 1
            info[self.record] = accounts[at]
        return info | signers(self.signer, accounts[at + 1 :])


@dataclass(frozen=True, slots=True, kw_only=True)
class _ManyProofs:
    """An instruction with several proofs, whose accounts come after the roles while enough are left for `last`."""

    name: str
    roles: tuple[str, ...]
    fields: Fields
    proofs: tuple[str, ...]
    needs: int
    last: tuple[str, ...] = ("owner",)

    def parsed(self, accounts: Sequence[str], data: Data) -> dict[str, Any]:
        """The instruction as Agave shows it; Unparsable when accounts or data have not the right length."""
        if len(accounts) < self.needs:
            raise Unparsable(Unparsable.__doc__)
        info = _read(self.fields, data) | dict(zip(self.roles, accounts, strict=False))
        at, end = len(self.roles), len(accounts) - len(self.last)
        names = [_proof_account(proof, info) for proof in self.proofs]
        if any(info[proof + _OFFSET] for proof in self.proofs):
            names.insert(0, _SYSVAR)
        found = dict(zip(names, accounts[at:end], strict=False))
        at += len(found)
        *before, signer = self.last
        info |= found | dict(zip(before, accounts[at:], strict=False))
        return typed(self.name, info | signers(signer, accounts[at + len(before) :]))


def _proof_account(proof: str, info: dict[str, Any]) -> str:
    return proof + ("RecordAccount" if info[proof + _OFFSET] else "ContextStateAccount")


def _read(fields: Fields, data: Data) -> dict[str, Any]:
    info = {name: read(data) for name, read in fields}
    data.end()
    info.pop(_HIDDEN, None)
    return info


def _owned(name: str) -> Parser:
    return Form(name=name, roles=("account",), signer="owner").parsed


def _of_mint_or_burn(name: str, first: str) -> _ManyProofs:
    return _ManyProofs(
        name=name,
        roles=("destination", "mint"),
        fields=((first, aes), *_FOR_AUDITORS, *_offsets(_EQUALITY, _VALIDITY, _RANGE)),
        proofs=(_EQUALITY, _VALIDITY, _RANGE),
        needs=3,
    )


permissioned_burn: Parser = _ManyProofs(
    name="permissionedConfidentialBurn",
    roles=("account", "mint"),
    fields=(*_NEW_BALANCE, *_FOR_AUDITORS, *_offsets(_EQUALITY, _VALIDITY, _RANGE)),
    proofs=(_EQUALITY, _VALIDITY, _RANGE),
    needs=4,
    last=("permissionedBurnAuthority", "authority"),
).parsed

_AUDITOR: Fields = (("autoApproveNewAccounts", flag), ("auditorElGamalPubkey", elgamal_or_null))
_SOURCE = ("source", "mint", "destination")
_NEW_SOURCE: Fields = (("newSourceDecryptableAvailableBalance", aes), *_FOR_AUDITORS)

TRANSFERS: dict[int, Parser] = {
    0: Form(
        name="initializeConfidentialTransferMint",
        roles=("mint",),
        fields=(("authority", key_or_null), *_AUDITOR),
        silent=("authority",),
        exact=True,
    ).parsed,
    1: Form(
        name="updateConfidentialTransferMint",
        roles=("mint", "confidentialTransferMintAuthority"),
        fields=_AUDITOR,
        exact=True,
    ).parsed,
    2: _Proven(
        name="configureConfidentialTransferAccount",
        roles=("account", "mint"),
        fields=(
            ("decryptableZeroBalance", aes),
            ("maximumPendingBalanceCreditCounter", u64),
            ("proofInstructionOffset", i8),
        ),
    ).parsed,
    3: Form(
        name="approveConfidentialTransferAccount", roles=("account", "mint", "confidentialTransferAuditorAuthority")
    ).parsed,
    4: _Proven(
        name="emptyConfidentialTransferAccount", roles=("account",), fields=(("proofInstructionOffset", i8),)
    ).parsed,
    5: Form(
        name="depositConfidentialTransfer",
        roles=("account", "mint"),
        fields=(("amount", u64), ("decimals", u8)),
        signer="owner",
        exact=True,
    ).parsed,
    6: _ManyProofs(
        name="withdrawConfidentialTransfer",
        roles=("account", "mint"),
        fields=(("amount", u64), ("decimals", u8), *_NEW_BALANCE, *_offsets(_EQUALITY, _RANGE)),
        proofs=(_EQUALITY, _RANGE),
        needs=4,
    ).parsed,
    7: _ManyProofs(
        name="confidentialTransfer",
        roles=_SOURCE,
        fields=(*_NEW_SOURCE, *_offsets(_EQUALITY, _VALIDITY, _RANGE)),
        proofs=(_EQUALITY, _VALIDITY, _RANGE),
        needs=4,
    ).parsed,
    8: Form(
        name="applyPendingConfidentialTransferBalance",
        roles=("account",),
        fields=(("expectedPendingBalanceCreditCounter", u64), *_NEW_BALANCE),
        signer="owner",
        exact=True,
    ).parsed,
    9: _owned("enableConfidentialTransferConfidentialCredits"),
    10: _owned("disableConfidentialTransferConfidentialCredits"),
    11: _owned("enableConfidentialTransferNonConfidentialCredits"),
    12: _owned("disableConfidentialTransferNonConfidentialCredits"),
    13: _ManyProofs(
        name="confidentialTransferWithFee",
        roles=_SOURCE,
        fields=(*_NEW_SOURCE, *_offsets(_EQUALITY, _AMOUNT_VALIDITY, _FEE_SIGMA, _FEE_VALIDITY, _RANGE)),
        proofs=(_EQUALITY, _AMOUNT_VALIDITY, _FEE_VALIDITY, _FEE_SIGMA, _RANGE),
        needs=4,
    ).parsed,
    14: Form(name="configureConfidentialAccountWithRegistry", roles=("account", "mint", "registry")).parsed,
}

_WITHDRAW = _Proven(
    name="withdrawWithheldConfidentialTransferTokensFromMint",
    roles=("mint", "feeRecipient"),
    fields=(("proofInstructionOffset", i8), *_NEW_BALANCE),
    signer="withdrawWithheldAuthority",
)
_WITHDRAW_FROM = _Proven(
    name="withdrawWithheldConfidentialTransferTokensFromAccounts",
    roles=_WITHDRAW.roles,
    fields=(("count", u8), *_WITHDRAW.fields),
    signer=_WITHDRAW.signer,
    record="proofAccount",
)


def _withdraw_from_accounts(accounts: Sequence[str], data: Data) -> dict[str, Any]:
    """The last accounts are those that fees are taken from; proof and signers stand before them."""
    info = _read(_WITHDRAW_FROM.fields, data)
    count = info.pop("count")
    if len(accounts) < 4 + count:
        raise Unparsable(Unparsable.__doc__)
    first = len(accounts) - count
    info["sourceAccounts"] = list(accounts[first:])
    return typed(_WITHDRAW_FROM.name, _WITHDRAW_FROM.shown(accounts[:first], info))


FEES: dict[int, Parser] = {
    0: Form(
        name="initializeConfidentialTransferFeeConfig",
        roles=("mint",),
        fields=(("authority", key_or_null), ("withdrawWithheldAuthorityElGamalPubkey", elgamal_key)),
        silent=("authority",),
        exact=True,
    ).parsed,
    1: _WITHDRAW.parsed,
    2: _withdraw_from_accounts,
    3: Form(name="harvestWithheldConfidentialTransferTokensToMint", roles=("mint",), rest="sourceAccounts").parsed,
    4: _owned("enableConfidentialTransferFeeHarvestToMint"),
    5: _owned("disableConfidentialTransferFeeHarvestToMint"),
}

MINT_BURN: dict[int, Parser] = {
    0: Form(
        name="initializeConfidentialMintBurnMint",
        roles=("mint",),
        fields=(("supplyElGamalPubkey", elgamal_key), ("decryptableSupply", aes)),
        exact=True,
    ).parsed,
    1: _Proven(
        name="rotateConfidentialMintBurnSupplyElGamalPubkey",
        roles=("mint",),
        fields=(("newSupplyElGamalPubkey", elgamal_key), ("proofInstructionOffset", i8)),
        account="proofAccount",
        record=None,
    ).parsed,
    2: Form(
        name="updateConfidentialMintBurnDecryptableSupply",
        roles=("mint",),
        fields=(("newDecryptableSupply", aes),),
        signer="owner",
        exact=True,
    ).parsed,
    3: _of_mint_or_burn("confidentialMint", "newDecryptableSupply").parsed,
    4: _of_mint_or_burn("confidentialBurn", _NEW_BALANCE[0][0]).parsed,
    5: Form(name="applyPendingBurn", roles=("mint",), signer="owner").parsed,
}
