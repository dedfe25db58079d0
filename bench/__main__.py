"""`python -m bench [NAME ...]` runs every benchmark of this folder, or those named, each in a process of its own.

A benchmark is a module that prints its table and exits with 1 if a goal was missed.
"""

import subprocess
import sys
from pathlib import Path


def names() -> list[str]:
    """Every benchmark there is."""
    return sorted(path.stem for path in Path(__file__).parent.glob("*.py") if not path.stem.startswith("_"))


def main(chosen: list[str]) -> int:
    """Run them one after the other; 1 if one missed a goal or failed."""
    failed = []
    for name in chosen or names():
        print(f"\n== {name}", flush=True)
        if subprocess.run([sys.executable, "-m", f"bench.{name}"], check=False).returncode:
            failed.append(name)
    print(f"\nmissed or failed: {', '.join(failed)}" if failed else "\nall goals met")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
