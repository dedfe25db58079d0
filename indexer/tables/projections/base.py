"""The base of the folded tables: their one MetaData. Used by the tables alone."""

from sqlalchemy.orm import registry
from sqlmodel import SQLModel


class Projections(SQLModel, registry=registry()):
    """Base of the folded tables."""
