"""Yellowstone gRPC on the embedded chain."""
