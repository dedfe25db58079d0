"""A small chain written straight into the tables, as the indexer would: blocks with events, their folds, the feed.

Only what the API reads is kept true: head, feed, transaction, event, subject, market, position, stake, wallet_market,
config and mint rule. Rows are written by the owner of the database.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import psycopg
from psycopg import sql
from solders.hash import Hash
from solders.keypair import Keypair
from solders.pubkey import Pubkey
from solders.signature import Signature

from idl import addresses, codec
from idl import events as ev
from idl.enums import Flag, State
from idl.limits import market_id
from idl.program import WSOL_MINT
from tests.indexer.proofs import program_of

START = 1_784_851_200
"""Unix seconds of slot 1000; a slot lasts a second here."""
NOBODY = bytes(32)
ZERO = {"numeric": 0, "bigint": 0, "integer": 0, "text": "", "boolean": False, "bytea": b"", "ARRAY": []}


def wallet(name: str) -> Keypair:
    """A wallet of the tests, always the same."""
    return Keypair.from_seed(hashlib.sha256(f"api test wallet {name}".encode()).digest())


def moment(slot: int) -> datetime:
    return datetime.fromtimestamp(START + slot - 1000, UTC)


def blockhash(slot: int, fork: int = 0) -> str:
    return str(Hash(hashlib.sha256(f"block {slot} {fork}".encode()).digest()))


def signature(slot: int, index: int, fork: int = 0) -> str:
    seed = hashlib.sha512(f"tx {slot} {index} {fork}".encode()).digest()
    return str(Signature(seed))


@dataclass
class Place:
    """A market as it stands."""

    address: str
    creator: Pubkey
    mint: Pubkey
    n: int
    supply: list[int]
    seq: int = 0
    volume: int = 0
    fee_bps: tuple[int, int, int] = (100, 50, 100)
    shares: dict[str, list[int]] = field(default_factory=dict)
    nonces: dict[str, int] = field(default_factory=dict)
    id: int = 0


class World:
    """Writes blocks; `slot` is the newest sealed one."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self.db = connection
        self.db.execute("SET synchronous_commit = off")
        self.slot = 1000
        self.fork = 0
        self.feed = 0
        self._columns: dict[str, list[tuple[str, str, bool]]] = {}
        self.config = str(addresses.config().address)

    def insert(self, table: str, **given: Any) -> None:
        """One row; what is not given and may not be null is zero."""
        schema, name = table.split(".")
        row = {
            column: given.get(column, ZERO.get(kind, START))
            for column, kind, optional in self._shape(schema, name)
            if column in given or not optional
        }
        assert set(given) <= set(row), f"{table}: unknown {set(given) - set(row)}"
        statement = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
            sql.Identifier(schema, name),
            sql.SQL(", ").join(map(sql.Identifier, row)),
            sql.SQL(", ").join(sql.Placeholder() * len(row)),
        )
        self.db.execute(statement, list(row.values()))

    def start(self) -> None:
        """Head, config and two mint rules."""
        self.insert(
            "ledger.head", id=1, genesis=blockhash(0), anchor_slot=1000, sealed_slot=1000, sealed_hash=blockhash(1000),
            sealed_height=900, sealed_time=moment(1000), final_slot=990, final_hash=blockhash(990), final_height=890,
            tip_slot=1000, epoch=1, feed_seq=0, updated_at=datetime.now(UTC), schema_version=1,
        )  # fmt: skip
        self.insert("chain.subject", subject=self.config, kind="config", first_slot=1000, last_seq=3)
        self.insert(
            "chain.config", config=self.config, admin=str(wallet("admin").pubkey()), seq=3, protocol_fee_bps=100,
            treasury=str(wallet("treasury").pubkey()), max_creator_fee_bps=500, max_resolver_fee_bps=300, min_dur_s=60,
            max_dur_s=31_536_000, dispute_min_s=3, dispute_max_s=604_800, dispute_default_s=3, activate_s=3600,
        )  # fmt: skip
        for mint in (str(WSOL_MINT), str(wallet("usd").pubkey())):
            self.insert(
                "chain.mint_rule", mint=mint, min_stake=1_000_000, max_stake=1_000_000_000_000, min_bond=5, enabled=True
            )

    def market(self, name: str, question: str, *, creator: str = "alice", mint: Pubkey = WSOL_MINT, n: int = 2,
               state: State = State.Active, opens: int = -100, locks: int = 3600, **more: Any) -> Place:  # fmt: skip
        """A market created and opened in a block of its own; times are relative to the present slot's."""
        now = START + self.slot - 1000
        key, number = wallet(creator).pubkey(), market_id(self.slot, len(name))
        address = str(addresses.market(key, number).address)
        place = Place(address=address, creator=key, mint=mint, n=n, supply=[0] * n, id=number)
        times = {"open": now + opens, "lock": now + locks, "event": now + locks + 60}
        times |= {"resolve_by": times["event"] + 600, "void_after": times["event"] + 600 + 3 * 86_400}
        created = ev.MarketCreated(
            **self._zero(ev.MarketCreated), header=self.header(place, place.creator), creator=bytes(key),
            mint=bytes(mint), payer=bytes(key), fee_to=bytes(key), source=bytes(wallet("oracle").pubkey()), id=number,
            **times, fee_bps=place.fee_bps, state=State.Approved, n=n, source_kind=1, uri="", question=question,
            min_stake=1_000_000, max_stake=1_000_000_000_000, metadata_hash=bytes(32),
        )  # fmt: skip
        self.insert("chain.subject", subject=address, kind="market", first_slot=self.slot + 1, last_seq=1)
        row = {
            "market": address, "slug": f"{name}-{address[:6].lower()}", "question": question,
            "metadata_hash": "00" * 32,
            "price": [1_000_000 // n] * n, "creator": str(key), "mint": str(mint), "payer": str(key),
            "vault_payer": str(key), "fee_to": str(key), "source": str(wallet("oracle").pubkey()), "id": number,
            "created_slot": self.slot + 1, "created_time": moment(self.slot + 1), "supply": [0] * n,
            "fees_owed": [0, 0, 0],
            "min_stake": 1_000_000, "max_stake": 1_000_000_000_000, "fee_bps": list(place.fee_bps), "state": int(state),
            "n": n, "source_kind": 1, "last_seq": 1, "seq": 1, "resolver_to": str(key), **times, **more,
        }  # fmt: skip
        self.insert("chain.market", **row)
        self.block([created])
        return place

    def stake(self, place: Place, who: str, outcome: int, amount: int) -> str:
        """One stake in a block of its own; its signature."""
        return self.stakes(place, [(who, outcome, amount)])

    def stakes(self, place: Place, items: list[tuple[str, int, int]]) -> str:
        """Several stakes in one block; the last one's signature."""
        events: list[ev.Event] = []
        for index, (who, outcome, amount) in enumerate(items):
            events.append(self._stake(place, who, outcome, amount, index))
        self.block(events)
        return signature(self.slot, len(items) - 1, self.fork)

    def settle(self, place: Place, outcome: int, state: State = State.Finalized) -> None:
        """The market decided: winner's pool over winner's shares, as the program computes it."""
        total, won = sum(place.supply), place.supply[outcome]
        header = self.header(place, Pubkey(NOBODY))
        mask, num, den = (
            (1 << outcome, total - (total - won) * 250 // 10_000, won) if state == State.Finalized else (3, 1, 1)
        )
        changed = ev.StateChanged(
            header=header, from_=State.Resolving, to=state, flags=0, deadline=0, outcome=outcome, mask=mask, num=num,
            den=den, fees_owed=(0, 0, 0), resolver_to=NOBODY,
        )  # fmt: skip
        self.db.execute(
            "UPDATE chain.market SET state = %s, mask = %s, num = %s, den = %s, payout = %s WHERE market = %s",
            (int(state), mask, num, den, [mask, num, den], place.address),
        )
        self.block([changed])

    def block(self, events: list[ev.Event]) -> None:
        """Seal one block: one transaction an event."""
        self.slot += 1
        for index, event in enumerate(events):
            subject = str(Pubkey(event.header.subject))
            self.insert(
                "ledger.transaction", slot=self.slot, tx_index=index, signature=signature(self.slot, index, self.fork),
                fee_payer=str(wallet("payer").pubkey()), version="legacy", fee=5000, raw=b"",
            )  # fmt: skip
            self.insert(
                "chain.event", slot=self.slot, tx_index=index, ix=0, inner=0, program=str(program_of(event)),
                kind=type(event).__name__, subject=subject, seq=event.header.seq,
                actor=str(Pubkey(event.header.actor)), ts=moment(self.slot), raw=codec.encode_event(event),
            )  # fmt: skip
        self._announce("apply")

    def undo(self) -> None:
        """Take the newest block back, as a fork does; only its events, not its folds."""
        self.db.execute("DELETE FROM chain.event WHERE slot = %s", (self.slot,))
        self.db.execute("DELETE FROM ledger.transaction WHERE slot = %s", (self.slot,))
        self._announce("undo", head=self.slot - 1)
        self.slot -= 1
        self.fork += 1

    def header(self, place: Place, actor: Pubkey) -> ev.Header:
        place.seq += 1
        subject = bytes(Pubkey.from_string(place.address))
        return ev.Header(
            subject=subject, seq=place.seq, slot=self.slot + 1, ts=START + self.slot - 999, actor=bytes(actor)
        )

    def _stake(self, place: Place, who: str, outcome: int, amount: int, index: int) -> ev.Staked:
        owner = wallet(who).pubkey()
        key = str(owner)
        new = key not in place.shares
        shares = place.shares.setdefault(key, [0] * place.n)
        shares[outcome] += amount
        place.supply[outcome] += amount
        place.volume += amount
        place.nonces[key] = place.nonces.get(key, 0) + 1
        header = self.header(place, owner)
        total = sum(place.supply)
        prices = [part * 10**6 // total for part in place.supply]
        self.db.execute(
            """UPDATE chain.market SET supply = %s, price = %s, volume = %s, vault = %s, last_seq = %s, seq = %s
            WHERE market = %s""",
            (place.supply, prices, place.volume, place.volume, place.seq, place.seq, place.address),
        )
        self.insert(
            "chain.stake", market=place.address, seq=place.seq, owner=key, actor=key, outcome=outcome, amount=amount,
            supply=place.supply[outcome], price=prices[outcome], nonce=place.nonces[key], slot=self.slot + 1,
            ts=moment(self.slot + 1), signature=signature(self.slot + 1, index, self.fork),
        )  # fmt: skip
        self._position(place, key, new=new, amount=amount, index=index)
        return self._staked(place, owner, outcome, amount, header)

    def _position(self, place: Place, key: str, *, new: bool, amount: int, index: int) -> None:
        shares, nonce = place.shares[key], place.nonces[key]
        if new:
            address = str(addresses.position(Pubkey.from_string(place.address), Pubkey.from_string(key)).address)
            self.insert(
                "chain.position", market=place.address, owner=key, address=address, payer=key, seat=255, state="open",
                stake_sig=signature(self.slot + 1, index, self.fork),
            )  # fmt: skip
            self.insert("chain.wallet_market", wallet=key, market=place.address)
        self.db.execute(
            """UPDATE chain.position SET shares = %s, staked = staked + %s, cost = cost + %s, last_nonce = %s,
                nonce_bits = %s, last_seq = %s WHERE market = %s AND owner = %s""",
            (shares, amount, amount, nonce, 2**nonce - 1, place.seq, place.address, key),
        )
        self.db.execute(
            """UPDATE chain.wallet_market SET volume = volume + %s, staked = staked + %s
                WHERE market = %s AND wallet = %s""",
            (amount, amount, place.address, key),
        )

    def _staked(self, place: Place, owner: Pubkey, outcome: int, amount: int, header: ev.Header) -> ev.Staked:
        key = str(owner)
        state = ev.PositionState(
            owner=bytes(owner), payer=bytes(owner), last_nonce=place.nonces[key], nonce_bits=1, credit=0, seat=255,
            shares=tuple(place.shares[key]),
        )  # fmt: skip
        value = ev.Value(supply=tuple(place.supply), escrow=0, fees_owed=(0, 0, 0), cost=0)
        return ev.Staked(
            header=header, outcome=outcome, amount=amount, nonce=place.nonces[key], rate_bps=10_000, positions=(state,),
            value=value,
        )  # fmt: skip

    def _announce(self, kind: str, head: int | None = None) -> None:
        self.feed += 1
        at = self.slot if head is None else head
        self.insert("ledger.feed", seq=self.feed, kind=kind, slot=self.slot, blockhash=blockhash(self.slot, self.fork))
        self.db.execute(
            """UPDATE ledger.head SET sealed_slot = %s, sealed_hash = %s, sealed_height = %s, sealed_time = %s,
                tip_slot = %s, final_slot = %s, feed_seq = %s, updated_at = clock_timestamp()""",
            (at, blockhash(at, self.fork), at - 100, moment(at), at, at - 10, self.feed),
        )
        self.db.execute("SELECT pg_notify('ledger_feed', %s)", (str(self.feed),))

    def _shape(self, schema: str, name: str) -> list[tuple[str, str, bool]]:
        key = f"{schema}.{name}"
        if key not in self._columns:
            rows = self.db.execute(
                """SELECT column_name, data_type, is_nullable = 'YES' OR column_default IS NOT NULL
                FROM information_schema.columns
                WHERE table_schema = %s AND table_name = %s AND is_identity = 'NO'""",
                (schema, name),
            )
            self._columns[key] = [(str(c), str(t), bool(n)) for c, t, n in rows]
        return self._columns[key]

    def _zero(self, kind: type) -> dict[str, Any]:
        """Zeros for the integer fields of an event that the caller leaves out."""
        given = {"header", "creator", "mint", "payer", "fee_to", "source", "id", "open", "lock", "event", "resolve_by"}
        given |= {"void_after", "fee_bps", "state", "n", "source_kind", "uri", "question", "min_stake", "max_stake"}
        return {name: 0 for name in kind.__struct_fields__ if name not in given | {"metadata_hash"}}  # type: ignore[attr-defined]


__all__ = ["START", "Flag", "Place", "World", "moment", "signature", "wallet"]
