"""The poster: Pyth's bytes at an address of their own, closed by who wrote them."""

from idl import addresses
from idl.errors import program_error
from idl.instructions import poster
from idl.price import PriceUpdate, decode_price
from idl.program import POSTER_ID
from localnet.wallets import wallet
from tests.programs import tokens
from tests.programs.pools import FEED
from tests.programs.refusals import refused
from tests.programs.world import SOL, World, key


def test_post(world: World) -> None:
    """What is posted is what is read, and the same second of a feed is posted once."""
    where = world.post(FEED, -5, publish=world.now, prev=world.now - 2, conf=7, expo=-3)
    found = decode_price(world.data(where) or b"")
    authority = bytes(key("oracle"))
    expected = PriceUpdate(FEED, -5, 7, -3, world.now, world.now - 2, authority, world.slot, ema_price=-5, ema_conf=7)
    assert found == expected
    assert world.owner(where) == POSTER_ID
    with refused("AccountAlreadyInUse"):
        world.post(FEED, -6, publish=world.now, prev=world.now - 2)


def test_close(world: World) -> None:
    """Only who wrote an update closes it, and gets its rent."""
    where = world.post(FEED, 1, publish=world.now, prev=0)
    had, rent = world.lamports(key("oracle")), world.lamports(where)
    with refused(program_error(POSTER_ID, 6001).name):
        world.send(poster.close(price=where, authority=key("bob")), signers=(wallet("bob"),))
    world.send(poster.close(price=where, authority=key("oracle")), signers=(wallet("oracle"),))
    assert world.data(where) is None
    assert world.lamports(key("oracle")) == had + rent - 5_000


def test_close_something_else(world: World) -> None:
    """An account that is no price update is not closed as one."""
    where = wallet("no price").pubkey()
    tokens.put(world.svm, where, bytes(134), POSTER_ID, SOL)
    with refused("NotAPrice"):
        world.send(poster.close(price=where, authority=key("bob")), signers=(wallet("bob"),))


def test_address_is_derived(world: World) -> None:
    """An update is not written anywhere but at its own address."""
    one = poster.post(
        feed=FEED, price=1, conf=0, expo=0, publish=world.now, prev=0, authority=key("oracle"), payer=key("oracle"),
        price_account=addresses.price(FEED, world.now + 1).address,
    )  # fmt: skip
    with refused("ConstraintSeeds"):
        world.send(one, signers=(wallet("oracle"),))
