"""`python -m tests.model soak --steps N --seed S --jobs J` and `python -m tests.model replay FILE`."""

import os
from pathlib import Path
from typing import Annotated

import typer

from tests.model.checks import ALL
from tests.model.soak import read, soak
from tests.model.walk import Walk

app = typer.Typer(add_completion=False, help="Walk the model beside the programs for as long as asked.")


@app.command("soak")
def soak_command(
    steps: Annotated[int, typer.Option(help="Steps in all.")] = 100_000,
    seed: Annotated[int, typer.Option(help="Seed of the first walk; each next one has the next.")] = 1_000_000,
    jobs: Annotated[int, typer.Option(help="Processes; 0: one for each core.")] = 0,
) -> None:
    """Walk until so many steps are done; a failure is shrunk and told."""
    raise typer.Exit(soak(steps=steps, seed=seed, jobs=jobs or os.cpu_count() or 1))


@app.command()
def replay(file: Annotated[Path, typer.Argument(help="Steps, one a line, as a failure tells them.")]) -> None:
    """Do the steps of a failure again."""
    steps = read(file.read_text().splitlines())
    broken = Walk().replay(steps, ALL)
    print(broken or f"{len(steps)} steps, all clean")
    raise typer.Exit(1 if broken else 0)


if __name__ == "__main__":
    app()
