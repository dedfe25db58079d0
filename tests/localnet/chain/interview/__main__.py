"""Ask a real validator everything and keep the shapes: `python -m tests.localnet.chain.interview`.

Needs solana-test-validator on PATH; what it answers is written to recorded/validator-4.2.2.json.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from tests.localnet.chain.interview import RECORDED, everything
from tests.localnet.chain.interview.nodes import validator

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder, validator(Path(folder)) as node:
        found = everything(node)
    RECORDED.write_text(json.dumps(found.all, indent=1, sort_keys=True) + "\n")
    print(f"{len(found.all)} shapes recorded")
