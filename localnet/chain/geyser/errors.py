"""What the Geyser service refuses.

ChainError
└── Fatal
    ├── BadFilter       a request on the stream that cannot be a filter: INVALID_ARGUMENT
    └── OutOfWindow     a from_slot that is no longer remembered: OUT_OF_RANGE
"""

from __future__ import annotations

from localnet.chain.errors import Fatal


class BadFilter(Fatal):
    """The filter cannot be made."""


class OutOfWindow(Fatal):
    """The slot is no longer in the replay window."""
