"""Errors of the programs under ours, as (code, name, sentence): the Anchor framework, the token and system programs.

Sources: anchor-lang 1.x `error.rs`, spl-token `error.rs` (p-token and Token-2022 keep its codes 0 to 19), and
solana-system-interface `error.rs`. Numbers only; `errors` turns them into values with a class.
"""

from collections.abc import Iterator

Row = tuple[int, str, str]


def _rows(first: int, text: str) -> Iterator[Row]:
    """Consecutive codes, one `Name: sentence` a line."""
    for code, line in enumerate(text.strip().splitlines(), first):
        name, sentence = line.strip().split(": ", 1)
        yield code, name, sentence


_ANCHOR = {
    100: """
        InstructionMissing: The instruction's data is too short to name an instruction.
        InstructionFallbackNotFound: The program has no such instruction.
        InstructionDidNotDeserialize: The instruction's arguments could not be read.
        InstructionDidNotSerialize: The instruction's arguments could not be written.""",
    1500: """
        EventInstructionStub: The program was built without events by self-call.""",
    2000: """
        ConstraintMut: An account must be writable.
        ConstraintHasOne: An account does not belong to the other one that was given.
        ConstraintSigner: An account must sign.
        ConstraintRaw: An account is not the one that is needed here.
        ConstraintOwner: An account is owned by the wrong program.
        ConstraintRentExempt: An account must be rent exempt.
        ConstraintSeeds: An account is not at its derived address.
        ConstraintExecutable: An account must be a program.
        ConstraintState: A deprecated check failed.
        ConstraintAssociated: An associated account is the wrong one.
        ConstraintAssociatedInit: An associated account could not be made.
        ConstraintClose: An account cannot be closed into itself.
        ConstraintAddress: An account has the wrong address.
        ConstraintZero: An account should still be empty.
        ConstraintTokenMint: A token account is of another mint.
        ConstraintTokenOwner: A token account belongs to somebody else.
        ConstraintMintMintAuthority: A mint has another mint authority.
        ConstraintMintFreezeAuthority: A mint has another freeze authority.
        ConstraintMintDecimals: A mint has other decimals.
        ConstraintSpace: An account has the wrong size.
        ConstraintAccountIsNone: An account that is needed was left out.
        ConstraintTokenTokenProgram: A token account is of another token program.
        ConstraintMintTokenProgram: A mint is of another token program.
        ConstraintAssociatedTokenTokenProgram: An associated token account is of another token program.
        ConstraintMintGroupPointerExtension: A mint's group pointer is wrong.
        ConstraintMintGroupPointerExtensionAuthority: A mint's group pointer has another authority.
        ConstraintMintGroupPointerExtensionGroupAddress: A mint's group pointer names another group.
        ConstraintMintGroupMemberPointerExtension: A mint's group member pointer is wrong.
        ConstraintMintGroupMemberPointerExtensionAuthority: A mint's group member pointer has another authority.
        ConstraintMintGroupMemberPointerExtensionMemberAddress: A mint's group member pointer names another member.
        ConstraintMintMetadataPointerExtension: A mint's metadata pointer is wrong.
        ConstraintMintMetadataPointerExtensionAuthority: A mint's metadata pointer has another authority.
        ConstraintMintMetadataPointerExtensionMetadataAddress: A mint's metadata pointer names another address.
        ConstraintMintCloseAuthorityExtension: A mint's close authority is wrong.
        ConstraintMintCloseAuthorityExtensionAuthority: A mint has another close authority.
        ConstraintMintPermanentDelegateExtension: A mint's permanent delegate is wrong.
        ConstraintMintPermanentDelegateExtensionDelegate: A mint has another permanent delegate.
        ConstraintMintTransferHookExtension: A mint's transfer hook is wrong.
        ConstraintMintTransferHookExtensionAuthority: A mint's transfer hook has another authority.
        ConstraintMintTransferHookExtensionProgramId: A mint's transfer hook is another program.
        ConstraintDuplicateMutableAccount: The same writable account was given twice.""",
    2500: """
        RequireViolated: A condition of the program does not hold.
        RequireEqViolated: Two values that must be equal differ.
        RequireKeysEqViolated: Two addresses that must be equal differ.
        RequireNeqViolated: Two values that must differ are equal.
        RequireKeysNeqViolated: Two addresses that must differ are equal.
        RequireGtViolated: A value must be greater.
        RequireGteViolated: A value must not be smaller.""",
    3000: """
        AccountDiscriminatorAlreadySet: The account exists already.
        AccountDiscriminatorNotFound: The account holds nothing yet.
        AccountDiscriminatorMismatch: The account is of another kind.
        AccountDidNotDeserialize: The account could not be read.
        AccountDidNotSerialize: The account could not be written.
        AccountNotEnoughKeys: The instruction was given too few accounts.
        AccountNotMutable: An account must be writable.
        AccountOwnedByWrongProgram: An account is owned by another program than expected.
        InvalidProgramId: A program is not the expected one.
        InvalidProgramExecutable: An account that must be a program is none.
        AccountNotSigner: An account did not sign.
        AccountNotSystemOwned: An account is not a plain wallet.
        AccountNotInitialized: An account does not exist yet, or no longer.
        AccountNotProgramData: An account is not a program's data.
        AccountNotAssociatedTokenAccount: An account is not the associated token account.
        AccountSysvarMismatch: An account is not the expected sysvar.
        AccountReallocExceedsLimit: An account cannot grow by so much at once.
        AccountDuplicateReallocs: An account was resized twice.""",
    4100: """
        DeclaredProgramIdMismatch: The program runs at another address than it was built for.
        TryingToInitPayerAsProgramAccount: The payer cannot be made an account of the program.
        InvalidNumericConversion: A number left its range.""",
    5000: """
        Deprecated: This part of the framework is no longer to be used.""",
}

ANCHOR: tuple[Row, ...] = tuple(row for first, text in _ANCHOR.items() for row in _rows(first, text))

TOKEN: tuple[Row, ...] = tuple(
    _rows(
        0,
        """
        NotRentExempt: The token account would not be rent exempt.
        InsufficientFunds: The token account does not hold enough.
        InvalidMint: This is not a mint.
        MintMismatch: The token account is of another mint.
        OwnerMismatch: The token account belongs to somebody else.
        FixedSupply: The mint's supply is fixed.
        AlreadyInUse: The token account is in use already.
        InvalidNumberOfProvidedSigners: The wrong number of signers was given.
        InvalidNumberOfRequiredSigners: The wrong number of signers was required.
        UninitializedState: The token account does not exist yet.
        NativeNotSupported: Wrapped SOL cannot do this.
        NonNativeHasBalance: The token account is not empty.
        InvalidInstruction: The token program has no such instruction.
        InvalidState: The token account is in the wrong state.
        Overflow: A token amount left its range.
        AuthorityTypeNotSupported: The token account has no such authority.
        MintCannotFreeze: The mint cannot freeze accounts.
        AccountFrozen: The token account is frozen.
        MintDecimalsMismatch: The mint has other decimals.
        NonNativeNotSupported: Only wrapped SOL can do this.""",
    )
)

SYSTEM: tuple[Row, ...] = tuple(
    _rows(
        0,
        """
        AccountAlreadyInUse: The account exists already.
        ResultWithNegativeLamports: The wallet does not hold enough SOL.
        InvalidProgramId: The account cannot be given to that program.
        InvalidAccountDataLength: The account cannot have that size.
        MaxSeedLengthExceeded: The seed of the address is too long.
        AddressWithSeedMismatch: The address does not follow from its seed.
        NonceNoRecentBlockhashes: There is no recent blockhash.
        NonceBlockhashNotExpired: The nonce was advanced in this block already.
        NonceUnexpectedBlockhashValue: The nonce holds another blockhash.""",
    )
)
