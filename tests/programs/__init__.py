"""Tests of the built programs in LiteSVM: the .so files that are deployed, no fakes."""
