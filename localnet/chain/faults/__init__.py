"""Misbehaviour by command: the faults, the script that times them, and what they do. The same seed, script and
requests give the same run."""
