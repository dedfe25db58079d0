"""Keepers: what anybody may do and nobody has done yet. One file each: due (pure), key, instruction, verdict.

kind (what the loop must know of a crank), world (what a look reads), serve (the loop of `relayer keep`), registry (all
of them). A due row is a proposal: the worker reads the chain again before it signs.
"""
