"""Tests: they mirror the tree; `e2e` plays whole stories, `law` holds the style and completeness rules."""
