"""The tables of schema `app`, the API's own; their history is in migrations/. The search path decides the schema."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import DateTime, LargeBinary, Text
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel


class App(SQLModel, registry=registry()):
    """Base of the tables of schema `app`."""


class Metadata(App, table=True):
    """What a market's uri leads to, by the sha256 (hexadecimal) of its exact bytes; never changed, never removed."""

    sha256: str = Field(primary_key=True, sa_type=Text)
    uri: str = Field(sa_type=Text)
    body: bytes = Field(sa_type=LargeBinary)
    created_at: datetime = Field(sa_type=DateTime(timezone=True))  # type: ignore[call-overload]
