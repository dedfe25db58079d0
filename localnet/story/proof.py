"""What must hold when the story is over: the mirror complete, every intent ended, every vault empty, everybody whole.

It compares what everybody must have (sums) with the chain and with the mirror; it changes nothing. Called by the
stories.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final, LiteralString

import msgspec
import psycopg
from solders.pubkey import Pubkey

from idl import addresses
from idl.enums import Round
from localnet import wallets, world
from localnet.errors import StoryFailed
from localnet.story import cast
from localnet.story.chain import Commitment
from localnet.story.stage import Stage, together
from localnet.story.sums import Sum

_PROVE_S: Final = 60.0
_OPEN: Final = ("ACCEPTED", "READY", "IN_FLIGHT", "EFFECTIVE")
_WRONG: Final = ("NEEDS_REVIEW", "FAILED_FINAL")
# Everybody whose money is counted: who stakes, who proposes, and whom the protocol's fees go to.
_COUNTED: Final = (*wallets.PEOPLE, wallets.ORACLE, wallets.TREASURY)


async def lamports(stage: Stage, commitment: Commitment) -> dict[str, int]:
    """Lamports of everybody whose money is counted."""
    found = await together(*(stage.chain.balance(stage.address(n), commitment) for n in _COUNTED))
    return dict(zip(_COUNTED, found, strict=True))


async def prove(stage: Stage, sums: Sequence[Sum], before: dict[str, int]) -> str:
    """The closing line. Raises StoryFailed with the first thing that does not hold. Leaves report.json behind."""
    await together(*(_accounts_gone(stage, one) for one in sums if one.is_market))
    stage.console.step("every market, vault, bond vault, resolution, book, vote and position is closed")
    await _mirror_is_final(stage)
    await _intents_ended(stage)
    stage.console.step("the mirror is final past all of it, and every intent has ended")
    settings = {"INDEXER_DATABASE_URL": stage.database.dsn("indexer"), "INDEXER_RPC_URLS": stage.plan.rpc_url}
    said = await world.run_command(["-m", "indexer", "prove"], settings, _PROVE_S)
    stage.console.step(said.strip().splitlines()[-1])
    unpaid = [line for one in sums for line in await _unpaid(stage, one)]
    if unpaid:
        raise StoryFailed("not paid as computed: " + "; ".join(unpaid))
    for one in sums:
        stage.console.step(one.text, part=one.name)
    await _everybody_whole(stage, sums, before)
    stage.console.step("everybody has what these sums and the network's fees say, to the last lamport")
    markets, transactions, events = await _counts(stage)
    await _report(stage, sums)
    return f"story ok: {markets} markets, {transactions} transactions, {events} events, 0 missing, 0 unpaid"


async def _accounts_gone(stage: Stage, one: Sum) -> None:
    """Everything of the market is closed: every vault is empty, every rent returned."""
    names = {
        "market": one.address,
        "vault": addresses.vault(one.address).address,
        "book": addresses.book(one.address).address,
        "resolution": addresses.resolution(one.address).address,
        "bond vault": addresses.bond_vault(one.address).address,
    }
    for who in wallets.PEOPLE:
        key = stage.address(who)
        names[f"position of {who}"] = addresses.position(one.address, key).address
        names |= {f"vote of {who} in round {n}": addresses.vote(one.address, n, key).address for n in Round}
    for name, address in names.items():
        await stage.until(f"the {name} of market {one.name} closed", lambda a=address: _gone(stage, a))


async def _gone(stage: Stage, address: Pubkey) -> bool:
    return await stage.chain.account(address, "finalized") is None


async def _mirror_is_final(stage: Stage) -> None:
    slot = await stage.chain.slot("confirmed")

    async def final() -> bool:
        row = await _one(stage, "SELECT final_slot FROM ledger.head")
        return row is not None and row >= slot

    await stage.until(f"slot {slot} final in the mirror", final)


async def _intents_ended(stage: Stage) -> None:
    async def none_open() -> bool:
        return await _one(stage, "SELECT count(*) FROM relay.intent WHERE state = ANY(%s)", list(_OPEN)) == 0

    await stage.until("every intent ended", none_open)
    # A wallet's transaction may lose its rate and is then quoted anew; a crank has no such excuse.
    wrong = await _rows(
        stage,
        "SELECT kind, subject, state, reason FROM relay.intent WHERE state = ANY(%s) AND NOT"
        " (kind = 'wallet_tx' AND reason LIKE 'RateTooLow:%%')",
        list(_WRONG),
    )
    if wrong:
        raise StoryFailed("intents ended badly: " + "; ".join(" ".join(map(str, row)) for row in wrong))


async def _unpaid(stage: Stage, one: Sum) -> list[str]:
    """Where the mirror's payouts differ from what is due."""
    rows = await _rows(stage, "SELECT owner, amount, state FROM chain.payout WHERE market = %s", str(one.address))
    paid = {str(owner): int(amount) for owner, amount, state in rows if state == "paid"}
    wanted = {str(stage.address(who)): amount for who, amount in one.paid.items()}
    return [
        f"market {one.name}: {owner} got {paid.get(owner, 0)} of {wanted.get(owner, 0)}"
        for owner in sorted({*paid, *wanted})
        if one.is_market and paid.get(owner, 0) != wanted.get(owner, 0)
    ]


async def _everybody_whole(stage: Stage, sums: Sequence[Sum], before: dict[str, int]) -> None:
    """Lamports and dollars of each wallet: what they were, less network fees, and what each market and pool made of it.

    That is only so if every rent came back to who paid it, but that of pools, which stay.
    """
    after = await lamports(stage, "finalized")
    for who in _COUNTED:
        spent = await _one(
            stage, "SELECT coalesce(sum(fee), 0) FROM ledger.transaction WHERE fee_payer = %s", str(stage.address(who))
        )
        kept = sum(one.kept.get(who, 0) for one in sums)
        sol = before[who] - int(spent or 0) - kept + _net(sums, who, native=True)
        if after[who] != sol:
            raise StoryFailed(f"{who} has {after[who]} lamports, not {sol}: {after[who] - sol:+d}")
        dollars = await stage.chain.tokens(addresses.ata(stage.address(who), cast.MINT).address)
        wanted = (0 if who == wallets.TREASURY else cast.WALLET_USD) + _net(sums, who, native=False)
        if dollars != wanted:
            raise StoryFailed(f"{who} has {dollars} base units of the dollar, not {wanted}: {dollars - wanted:+d}")


def _net(sums: Sequence[Sum], who: str, *, native: bool) -> int:
    """What somebody won or lost over everything in that money."""
    return sum(one.net.get(who, 0) for one in sums if one.native == native)


async def _counts(stage: Stage) -> tuple[int, int, int]:
    markets = await _one(stage, "SELECT count(*) FROM chain.market")
    transactions = await _one(stage, "SELECT count(*) FROM ledger.transaction WHERE err IS NULL")
    events = await _one(stage, "SELECT count(*) FROM chain.event")
    return int(markets or 0), int(transactions or 0), int(events or 0)


async def _report(stage: Stage, sums: Sequence[Sum]) -> None:
    """report.json: the end state by the story's own names, equal for every run that played the same story."""
    report: dict[str, object] = {"rules": {"events": await _events(stage, addresses.config().address)}}
    for one in sums:
        report[one.name] = {
            "events": await _events(stage, one.address),
            "paid": {who: str(amount) for who, amount in sorted(one.paid.items())},
            "net": {who: str(amount) for who, amount in sorted(one.net.items()) if amount},
        }
    (stage.plan.directory / "report.json").write_bytes(msgspec.json.format(msgspec.json.encode(report), indent=1))


async def _events(stage: Stage, subject: Pubkey) -> dict[str, int]:
    """How many events of each kind a subject has."""
    kinds = await _rows(stage, "SELECT kind FROM chain.event WHERE subject = %s", str(subject))
    return dict(sorted(Counter(str(row[0]) for row in kinds).items()))


async def _rows(stage: Stage, query: LiteralString, *arguments: object) -> list[tuple]:
    async with await psycopg.AsyncConnection.connect(stage.database.dsn(), autocommit=True) as connection:
        return await (await connection.execute(query, arguments)).fetchall()


async def _one(stage: Stage, query: LiteralString, *arguments: object) -> int | None:
    rows = await _rows(stage, query, *arguments)
    return rows[0][0] if rows else None
