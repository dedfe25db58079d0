"""What the proof says, for a human and as JSON. Pure; made by prove, printed by __main__."""

import msgspec

LINES_MAX = 40


class Line(msgspec.Struct, frozen=True):
    """One subject: its events in the mirror against the seq in its account; accounts equal; what is wrong."""

    subject: str
    kind: str
    events: int
    max_seq: int
    chain_seq: int | None
    accounts: int
    wrong: tuple[str, ...]
    degraded: bool = False


class Report(msgspec.Struct, frozen=True):
    """The whole proof at a slot."""

    ok: bool
    slot: int
    subjects: int
    events: int
    accounts: int
    missing: int
    different: int
    gifts: int
    degraded: int
    lines: tuple[Line, ...]

    def table(self) -> str:
        """Lines of text; the last says it all."""
        shown = sorted(self.lines, key=lambda line: not line.wrong)[:LINES_MAX]
        out = [f"{'subject':44} {'kind':7} {'events':>7} {'max seq':>7} {'chain':>7} {'accounts':>8}"]
        for line in shown:
            chain = "closed" if line.chain_seq is None else str(line.chain_seq)
            mark = " degraded" if line.degraded else ""
            out.append(
                f"{line.subject:44} {line.kind:7} {line.events:7} {line.max_seq:7} {chain:>7} {line.accounts:8}{mark}"
            )
            out += [f"    {wrong}" for wrong in line.wrong]
        if len(self.lines) > len(shown):
            out.append(f"and {len(self.lines) - len(shown)} more, each as it should be")
        gifts = f", {self.gifts} atoms in vaults that no event put there" if self.gifts else ""
        out.append(
            f"prove {'ok' if self.ok else 'FAILED'}: {self.subjects} subjects, {self.events} events, "
            f"{self.accounts} accounts equal, {self.missing} missing, {self.different} different, "
            f"{self.degraded} degraded, at slot {self.slot}{gifts}"
        )
        return "\n".join(out)


def report(slot: int, lines: list[Line], *, gifts: int) -> Report:
    """The sum of the lines. Missing are events that a seq proves and the mirror has not."""
    missing = sum(max(line.max_seq, line.chain_seq or 0) - line.events for line in lines if line.events)
    missing += sum(not line.events for line in lines)
    different = sum(len(line.wrong) for line in lines)
    return Report(
        ok=not missing and not different,
        slot=slot,
        subjects=len(lines),
        events=sum(line.events for line in lines),
        accounts=sum(line.accounts for line in lines),
        missing=missing,
        different=different,
        gifts=gifts,
        degraded=sum(line.degraded for line in lines),
        lines=tuple(lines),
    )
