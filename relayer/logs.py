"""Logs as JSON lines on stderr, with everything secret taken out. Set up once by __main__."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

_SECRET_NAMES = re.compile(r"authorization|secret|password|token|dsn|private|keypair|signers", re.IGNORECASE)
_DSN = re.compile(r"postgres(?:ql)?://[^\s\"']+")
_URL = re.compile(r"(https?://)(?:[^@/\s]+@)?([^/\s?\"']+)[^\s\"']*")


def redact(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Hide named secrets, DSNs, and paths of URLs, where providers put their tokens."""
    for name, value in event.items():
        if _SECRET_NAMES.search(name):
            event[name] = "[redacted]"
        elif isinstance(value, str):
            event[name] = _URL.sub(r"\1\2", _DSN.sub("[dsn]", value))
    return event


def set_up(level: str, process: str) -> None:
    """Structlog for this process; an unknown level is INFO."""
    number = logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            redact,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(process=process)
