"""Ids: the programs are those of the IDL, of the Rust sources and of the seeded keypairs."""

import hashlib
import re
from pathlib import Path

import pytest
from solders.keypair import Keypair

from idl.program import CREATOR_ID, EVENT_IX_TAG, MARKET_ID, POSTER_ID, PROGRAM_IDS
from idl.schema import load

PROGRAMS = Path(__file__).parents[2] / "programs"


@pytest.mark.parametrize(("name", "program"), [("market", MARKET_ID), ("creator", CREATOR_ID), ("poster", POSTER_ID)])
def test_ids(name: str, program: object) -> None:
    """IDL, declare_id! and the seeded keypair name the same address."""
    assert load(name).address == str(program)
    source = (PROGRAMS / name / "src" / "lib.rs").read_text()
    assert re.findall(r'declare_id!\("(\w+)"\)', source) == [str(program)]
    assert Keypair.from_seed(hashlib.sha256(f"sealbook program {name}".encode()).digest()).pubkey() == program


def test_what_is_mirrored() -> None:
    """The poster is apart: its accounts are not events of ours."""
    assert frozenset({MARKET_ID, CREATOR_ID}) == PROGRAM_IDS


def test_event_tag() -> None:
    """The tag is the little-endian number that Anchor defines: sha256("anchor:event")[:8] reversed."""
    assert hashlib.sha256(b"anchor:event").digest()[:8][::-1] == EVENT_IX_TAG
