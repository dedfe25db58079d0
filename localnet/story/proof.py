"""What must hold when the story is over: the mirror complete, every intent ended, every vault empty, everybody whole.

It computes what everybody must have from the stakes and the programs' arithmetic (idl.maths) and compares it with the
chain and with the mirror; it changes nothing. Called by the stories.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, LiteralString

import msgspec
import psycopg
from solders.pubkey import Pubkey

from idl import addresses
from idl.enums import FeeKind
from idl.maths.fees import split_fee
from idl.maths.parimutuel import payout, settle_amount, void_payout
from idl.program import WSOL_MINT
from localnet import wallets, world
from localnet.errors import StoryFailed
from localnet.story import cast
from localnet.story.cast import Made
from localnet.story.chain import Commitment
from localnet.story.stage import Stage, together

PROTOCOL_FEE_BPS: Final = 250
_PROVE_S: Final = 60.0
_OPEN: Final = ("ACCEPTED", "READY", "IN_FLIGHT", "EFFECTIVE")
_WRONG: Final = ("NEEDS_REVIEW", "FAILED_FINAL")
# Everybody whose money is counted: who stakes, who proposes, and whom the protocol's fees go to.
_COUNTED: Final = (*wallets.PEOPLE, wallets.ORACLE, wallets.TREASURY)
# Who wins each market of the story; None is void.
WINNERS: Final = {"price": 0, "opinion": 1, "void": None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What one market gives, base units: to its positions by owner, to creator, resolver and protocol, and the rest.

    The rest is what rounding down leaves; it goes to the treasury when the market closes.
    """

    paid: dict[str, int]
    fees: tuple[int, int, int]
    rest: int


def due(made: Made) -> Due:
    """What the market must have paid, from its stakes alone."""
    terms = made.terms
    shares: dict[str, list[int]] = {}
    for bet in terms.bets:
        shares.setdefault(bet.who, [0] * len(terms.labels))[bet.outcome] += bet.amount
    supply = [sum(column) for column in zip(*shares.values(), strict=True)]
    winner = WINNERS[terms.name]
    rates = (terms.creator_fee_bps, terms.resolver_fee_bps, PROTOCOL_FEE_BPS)
    decided = void_payout(len(supply)) if winner is None else payout(supply, winner, sum(rates))
    paid = {who: settle_amount(held, decided.mask, decided.num, decided.den, 0) for who, held in shares.items()}
    fees = split_fee(decided.fee, *rates)
    return Due(paid=paid, fees=fees, rest=sum(supply) - sum(paid.values()) - sum(fees))


async def lamports(stage: Stage, commitment: Commitment) -> dict[str, int]:
    """Lamports of everybody whose money is counted."""
    found = await together(*(stage.chain.balance(stage.address(n), commitment) for n in _COUNTED))
    return dict(zip(_COUNTED, found, strict=True))


async def prove(stage: Stage, made: Sequence[Made], before: dict[str, int]) -> str:
    """The closing line. Raises StoryFailed with the first thing that does not hold. Leaves report.json behind."""
    await together(*(_accounts_gone(stage, one) for one in made))
    stage.console.step("every market, vault, bond vault, resolution and position is closed")
    await _mirror_is_final(stage)
    await _intents_ended(stage)
    stage.console.step("the mirror is final past all of it, and every intent has ended")
    settings = {"INDEXER_DATABASE_URL": stage.database.dsn("indexer"), "INDEXER_RPC_URLS": stage.plan.rpc_url}
    said = await world.run_command(["-m", "indexer", "prove"], settings, _PROVE_S)
    stage.console.step(said.strip().splitlines()[-1])
    unpaid = [line for one in made for line in await _unpaid(stage, one)]
    if unpaid:
        raise StoryFailed("not paid as computed: " + "; ".join(unpaid))
    await _everybody_whole(stage, made, before)
    stage.console.step("everybody has what the stakes and the arithmetic say, to the last lamport")
    markets, transactions, events = await _counts(stage)
    await _report(stage, made)
    return f"story ok: {markets} markets, {transactions} transactions, {events} events, 0 missing, 0 unpaid"


async def _accounts_gone(stage: Stage, made: Made) -> None:
    """Market, vault, resolution, bond vault and positions are closed: every vault is empty, every rent returned."""
    names = {
        "market": made.address,
        "vault": addresses.vault(made.address).address,
        "resolution": addresses.resolution(made.address).address,
        "bond vault": addresses.bond_vault(made.address).address,
    }
    names |= {
        f"position of {who}": addresses.position(made.address, stage.address(who)).address for who in wallets.PEOPLE
    }
    for name, address in names.items():
        await stage.until(f"the {name} of market {made.terms.name} closed", lambda a=address: _gone(stage, a))


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


async def _unpaid(stage: Stage, made: Made) -> list[str]:
    """Where the mirror's payouts differ from what the stakes make due."""
    rows = await _rows(stage, "SELECT owner, amount, state FROM chain.payout WHERE market = %s", str(made.address))
    paid = {str(owner): int(amount) for owner, amount, state in rows if state == "paid"}
    wanted = {str(stage.address(who)): amount for who, amount in due(made).paid.items()}
    return [
        f"market {made.terms.name}: {owner} got {paid.get(owner, 0)} of {amount}"
        for owner, amount in wanted.items()
        if paid.get(owner, 0) != amount
    ]


async def _everybody_whole(stage: Stage, made: Sequence[Made], before: dict[str, int]) -> None:
    """Lamports and dollars of each wallet: what they were, less stakes and network fees, plus payouts and fees earned.

    That is only so if every rent came back to who paid it.
    """
    after = await lamports(stage, "finalized")
    for who in _COUNTED:
        spent = await _one(
            stage, "SELECT coalesce(sum(fee), 0) FROM ledger.transaction WHERE fee_payer = %s", str(stage.address(who))
        )
        sol = before[who] - int(spent or 0) + _net(made, who, native=True)
        if after[who] != sol:
            raise StoryFailed(f"{who} has {after[who]} lamports, not {sol}: {after[who] - sol:+d}")
        dollars = await stage.chain.tokens(addresses.ata(stage.address(who), cast.MINT).address)
        wanted = (0 if who == wallets.TREASURY else cast.WALLET_USD) + _net(made, who, native=False)
        if dollars != wanted:
            raise StoryFailed(f"{who} has {dollars} base units of the dollar, not {wanted}")


def _net(made: Sequence[Made], who: str, *, native: bool) -> int:
    """What somebody won or lost over all markets of that money, fees earned included."""
    return sum(
        due(one).paid.get(who, 0) + _earned(one, who) - sum(bet.amount for bet in one.terms.bets if bet.who == who)
        for one in made
        if (one.terms.mint == WSOL_MINT) == native
    )


def _earned(made: Made, who: str) -> int:
    """Fees of one market: the creator's, the resolver's where the oracle was it, and the protocol's with the rest."""
    given = due(made)
    earned = given.fees[FeeKind.CREATOR] if who == made.terms.creator else 0
    if who == wallets.ORACLE and not made.terms.is_price:
        earned += given.fees[FeeKind.RESOLVER]
    if who == wallets.TREASURY:
        earned += given.fees[FeeKind.PROTOCOL] + given.rest
    return earned


async def _counts(stage: Stage) -> tuple[int, int, int]:
    markets = await _one(stage, "SELECT count(*) FROM chain.market")
    transactions = await _one(stage, "SELECT count(*) FROM ledger.transaction WHERE err IS NULL")
    events = await _one(stage, "SELECT count(*) FROM chain.event")
    return int(markets or 0), int(transactions or 0), int(events or 0)


async def _report(stage: Stage, made: Sequence[Made]) -> None:
    """report.json: the end state by the story's own names, equal for every run that played the same story."""
    report: dict[str, object] = {}
    for one in made:
        kinds = await _rows(stage, "SELECT kind FROM chain.event WHERE subject = %s", str(one.address))
        owners = await _rows(stage, "SELECT owner, amount FROM chain.payout WHERE market = %s", str(one.address))
        names = {str(stage.address(who)): who for who in wallets.PEOPLE}
        report[one.terms.name] = {
            "events": dict(sorted(Counter(str(row[0]) for row in kinds).items())),
            "paid": dict(sorted((names[str(owner)], str(amount)) for owner, amount in owners)),
        }
    (stage.plan.directory / "report.json").write_bytes(msgspec.json.format(msgspec.json.encode(report), indent=1))


async def _rows(stage: Stage, query: LiteralString, *arguments: object) -> list[tuple]:
    async with await psycopg.AsyncConnection.connect(stage.database.dsn(), autocommit=True) as connection:
        return await (await connection.execute(query, arguments)).fetchall()


async def _one(stage: Stage, query: LiteralString, *arguments: object) -> int | None:
    rows = await _rows(stage, query, *arguments)
    return rows[0][0] if rows else None
