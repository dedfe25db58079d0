"""Failures of what checks the end of a play show their values, as those of a test do."""

import pytest

pytest.register_assert_rewrite("tests.e2e.clients.end")
