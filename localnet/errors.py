"""What can go wrong while a world on one machine is made or kept.

LocalnetError
├── Transient            the world may still come up: ask again
│   └── NotReady         something asked for has not been seen in its time
└── Fatal                it will not: the sentence says what to change
    ├── PortTaken        another process listens where we were told to
    ├── KeepDirInUse     --keep names a directory with something in it
    ├── BadDatabase      DATABASE_URL cannot be used
    ├── PostgresFailed   the embedded PostgreSQL does not start
    ├── ProgramMismatch  localnet/deploy does not hold what SHA256SUMS says
    ├── ChainMismatch    the chain that answers is not the one we started
    ├── ChildFailed      a service ended and will not stay up
    └── StoryFailed      the story saw something that must not be
"""

from __future__ import annotations


class LocalnetError(Exception):
    """The world on this machine could not be made."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or type(self).__doc__)


class Transient(LocalnetError):
    """Not yet: asking again may succeed."""


class NotReady(Transient):
    """A fact was waited for and not seen within its named time."""


class Fatal(LocalnetError):
    """Asking again will not help."""


class PortTaken(Fatal):
    """A port we need is taken."""


class KeepDirInUse(Fatal):
    """The directory to keep things in is not empty."""


class BadDatabase(Fatal):
    """The database named by DATABASE_URL cannot be used."""


class PostgresFailed(Fatal):
    """PostgreSQL did not start."""


class ProgramMismatch(Fatal):
    """A program file is not the one that SHA256SUMS names."""


class ChainMismatch(Fatal):
    """The chain behind the RPC address is not the one that was started."""


class ChildFailed(Fatal):
    """A child process ended and was not to be kept alive."""


class StoryFailed(Fatal):
    """The story saw what must not happen."""
