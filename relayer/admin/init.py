"""Writes Config and the mint rules of a cluster, once; running it again changes nothing and says so."""

from dataclasses import dataclass

from solders.keypair import Keypair

from idl import addresses
from idl.accounts import Config
from idl.instructions import init_config
from relayer.admin.change import set_mint_rules
from relayer.admin.send import account, send
from relayer.admin.terms import Terms, require_equal
from relayer.chain import Endpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What was done: transactions sent, empty when everything stood already."""

    signatures: tuple[str, ...]


async def init(node: Endpoint, terms: Terms, keypair: Keypair) -> Written:
    """Make Config if there is none, else compare it with the file; then write every mint rule that differs."""
    sent: list[str] = []
    config = await account(node, addresses.config().address)
    if config is None:
        call = init_config(admin=terms.admin, terms=terms.config, payer=keypair.pubkey(), authority=keypair.pubkey())
        sent.append(await send(node, [call], keypair))
    else:
        assert isinstance(config, Config)
        require_equal(terms, config)
    return Written(signatures=(*sent, *await set_mint_rules(node, terms, keypair)))
