"""The indexer's commands and the one place where its parts are put together: settings in, connections out."""

import os
import sys

import typer
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from indexer import settings as settings_module
from indexer.errors import Fatal, IndexerError, StoreUnavailable
from indexer.tables import migrate as migration

EXIT_FAILED = 2
app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)


@app.command()
def migrate() -> None:
    """Make or upgrade the schemas ledger and chain, as their owner."""
    try:
        migration.migrate(settings_module.owner_url(os.environ))
    except OperationalError as error:
        raise StoreUnavailable(f"the database cannot be reached: {_first_line(error.orig)}") from error
    except SQLAlchemyError as error:
        raise Fatal(f"the schemas were not changed: {_first_line(error)}") from error


@app.command()
def settings() -> None:
    """Print every setting with its default and meaning."""
    for name, default, meaning in settings_module.table():
        print(f"{name:30} {default:12} {meaning}")


def _first_line(error: object) -> str:
    """The first line of an error's text."""
    return (str(error).splitlines() or [type(error).__name__])[0]


def main() -> None:
    """Run a command; a known failure is one clear line and exit code 2."""
    try:
        app()
    except IndexerError as error:
        print(f"indexer: {error}", file=sys.stderr)
        sys.exit(EXIT_FAILED)


if __name__ == "__main__":
    main()
