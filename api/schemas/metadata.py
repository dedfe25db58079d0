"""Wire values of market metadata: what the program stores only by its hash."""

from __future__ import annotations

from typing import Annotated

import msgspec

Text = Annotated[str, msgspec.Meta(max_length=2000)]
Tag = Annotated[str, msgspec.Meta(min_length=1, max_length=32)]
Label = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Url = Annotated[str, msgspec.Meta(max_length=500, pattern=r"^https?://[^\s]+$")]


class Metadata(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a market's page shows beside its terms; kept as canonical JSON (sorted keys, no spaces)."""

    description: Text = ""
    category: Tag | None = None
    tags: Annotated[list[Tag], msgspec.Meta(max_length=10)] = []
    image_url: Url | None = None
    resolution_criteria: Text = ""
    outcome_labels: Annotated[list[Label], msgspec.Meta(max_length=8)] = []
    oracle_source: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    oracle_config: Annotated[str, msgspec.Meta(max_length=2000)] | None = None


class MetadataKept(msgspec.Struct, frozen=True):
    """Where the metadata is found: what create_market puts on the chain."""

    uri: str
    sha256: str
