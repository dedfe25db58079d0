"""Folds the events whose subject is the config: settings, pause, mint rules, orphans. Pure; called by fold."""

import msgspec

from idl.events import Closed, ConfigChanged, MintRuleSet, PauseSet
from indexer.fold.rows import Config, MintRule, Orphan
from indexer.fold.work import At, Ref, Work, base58, texts

HEX = frozenset({"pending_hash"})


def refs(subject: str, event: object) -> list[Ref]:
    """The rows that one of these events may touch."""
    found: list[Ref] = [(Config, (subject,))]
    match event:
        case MintRuleSet():
            found.append((MintRule, (base58(event.mint),)))
        case Closed():
            found += [(Orphan, (base58(item.address),)) for item in event.items]
        case _:
            pass
    return found


def changed(work: Work, at: At, event: ConfigChanged) -> None:
    """All settings after the change."""
    values = texts(event.terms, Config.__struct_fields__) | texts(event, Config.__struct_fields__)
    row = {**values, "config": at.subject, "pending_hash": event.hash.hex(), "seq": at.seq}
    work.put(msgspec.convert(row, Config))


def paused(work: Work, at: At, event: PauseSet) -> None:
    """The pause bits."""
    _touched(work, at, pause=event.pause)


def mint_rule(work: Work, at: At, event: MintRuleSet) -> None:
    """One mint's bounds."""
    work.put(msgspec.convert(texts(event, MintRule.__struct_fields__), MintRule))
    _touched(work, at)


def orphans(work: Work, at: At, event: Closed) -> None:
    """Accounts that outlived their market and are gone now."""
    for item in event.items:
        work.put(Orphan(base58(item.address), base58(item.owner), at.slot, at.signature))
    _touched(work, at)


def _touched(work: Work, at: At, **fields: int) -> None:
    """The config after an event, which at least moved its seq."""
    row = work.get(Config, at.subject)
    if row is not None:
        work.put(msgspec.structs.replace(row, seq=at.seq, **fields))
