"""`python -m localnet.chain.geyser.generate [--check]`: the descriptor of the .proto files, compiled by grpcio-tools.

`messages` reads the descriptor when it is imported, so that running the chain needs no compiler. `--check` exits with 1
when the committed descriptor is not what the .proto files say."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

FOLDER = Path(__file__).parent
DESCRIPTOR = FOLDER / "descriptor.binpb"
SOURCES = ("geyser.proto", "solana-storage.proto")


def compiled() -> bytes:
    """The descriptor set of the .proto files and what they import; CalledProcessError when they do not compile."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.binpb"
        options = [f"-I{FOLDER}", "--include_imports", f"--descriptor_set_out={out}"]
        subprocess.run([sys.executable, "-m", "grpc_tools.protoc", *options, *SOURCES], check=True)
        return out.read_bytes()


def main(arguments: list[str]) -> int:
    """Write the descriptor, or with --check compare it; 2 when there is no compiler."""
    if find_spec("grpc_tools") is None:
        sys.stderr.write("grpcio-tools is not installed: it comes with the dependency group lint (make check)\n")
        return 2
    if "--check" not in arguments:
        DESCRIPTOR.write_bytes(compiled())
        return 0
    if DESCRIPTOR.read_bytes() == compiled():
        return 0
    sys.stderr.write(f"{DESCRIPTOR.name} is old: run python -m localnet.chain.geyser.generate\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
