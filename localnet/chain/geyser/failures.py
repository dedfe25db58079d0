"""A transaction's error as Geyser carries it: bincode of Agave's TransactionError, from its JSON form. Pure.

bincode: the variant's number as u32, then its fields, all little endian; numbers are the order of the variants in the
crates solana-transaction-error and solana-instruction-error."""

from __future__ import annotations

import struct
from typing import Any


def _order(names: str) -> dict[str, int]:
    """The number of each name."""
    return {name: number for number, name in enumerate(names.split())}


_TRANSACTION = _order(
    "AccountInUse AccountLoadedTwice AccountNotFound ProgramAccountNotFound InsufficientFundsForFee "
    "InvalidAccountForFee AlreadyProcessed BlockhashNotFound InstructionError CallChainTooDeep "
    "MissingSignatureForFee InvalidAccountIndex SignatureFailure InvalidProgramForExecution SanitizeFailure "
    "ClusterMaintenance AccountBorrowOutstanding WouldExceedMaxBlockCostLimit UnsupportedVersion "
    "InvalidWritableAccount WouldExceedMaxAccountCostLimit WouldExceedAccountDataBlockLimit TooManyAccountLocks "
    "AddressLookupTableNotFound InvalidAddressLookupTableOwner InvalidAddressLookupTableData "
    "InvalidAddressLookupTableIndex InvalidRentPayingAccount WouldExceedMaxVoteCostLimit "
    "WouldExceedAccountDataTotalLimit DuplicateInstruction InsufficientFundsForRent "
    "MaxLoadedAccountsDataSizeExceeded InvalidLoadedAccountsDataSizeLimit ResanitizationNeeded "
    "ProgramExecutionTemporarilyRestricted UnbalancedTransaction ProgramCacheHitMaxLimit CommitCancelled"
)
_INSTRUCTION = _order(
    "GenericError InvalidArgument InvalidInstructionData InvalidAccountData AccountDataTooSmall InsufficientFunds "
    "IncorrectProgramId MissingRequiredSignature AccountAlreadyInitialized UninitializedAccount "
    "UnbalancedInstruction ModifiedProgramId ExternalAccountLamportSpend ExternalAccountDataModified "
    "ReadonlyLamportChange ReadonlyDataModified DuplicateAccountIndex ExecutableModified RentEpochModified "
    "NotEnoughAccountKeys AccountDataSizeChanged AccountNotExecutable AccountBorrowFailed AccountBorrowOutstanding "
    "DuplicateAccountOutOfSync Custom InvalidError ExecutableDataModified ExecutableLamportChange "
    "ExecutableAccountNotRentExempt UnsupportedProgramId CallDepth MissingAccount ReentrancyNotAllowed "
    "MaxSeedLengthExceeded InvalidSeeds InvalidRealloc ComputationalBudgetExceeded PrivilegeEscalation "
    "ProgramEnvironmentSetupFailure ProgramFailedToComplete ProgramFailedToCompile Immutable IncorrectAuthority "
    "BorshIoError AccountNotRentExempt InvalidAccountOwner ArithmeticOverflow UnsupportedSysvar IllegalOwner "
    "MaxAccountsDataAllocationsExceeded MaxAccountsExceeded MaxInstructionTraceLengthExceeded "
    "BuiltinProgramsMustConsumeComputeUnits"
)


def encode(error: Any) -> bytes:
    """The bytes of an error in Agave's JSON form; KeyError when there is no such variant."""
    if isinstance(error, str):
        return _variant(_TRANSACTION, error)
    name, detail = next(iter(error.items()))
    head = _variant(_TRANSACTION, name)
    if name == "InstructionError":
        index, inner = detail
        return head + bytes([index]) + _instruction(inner)
    return head + bytes([detail["account_index"] if isinstance(detail, dict) else detail])


def _instruction(error: Any) -> bytes:
    if isinstance(error, str):
        return _variant(_INSTRUCTION, error)
    name, detail = next(iter(error.items()))
    return _variant(_INSTRUCTION, name) + (struct.pack("<I", detail) if name == "Custom" else b"")


def _variant(names: dict[str, int], name: str) -> bytes:
    return struct.pack("<I", names[name])
