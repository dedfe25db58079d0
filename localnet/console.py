"""What the terminal shows while a world comes up and its story plays. The only place of the localnet that prints.

It decides nothing. Lines that others read (links, the closing line) are never wrapped.
"""

from __future__ import annotations

from typing import Final

from rich.console import Console as Rich
from rich.markup import escape

PART_WIDTH: Final = 9


class Console:
    """Writes steps, links and the end to standard output."""

    def __init__(self, rich: Rich | None = None) -> None:
        self._rich = rich or Rich(highlight=False, soft_wrap=True)
        self._step = 0

    def chapter(self, title: str) -> None:
        """A part of the story begins."""
        self._rich.print(f"\n[bold]{escape(title)}[/bold]")

    def step(self, text: str, *, link: str = "", part: str = "") -> None:
        """One thing happened in a part of the story, with the page where it can be seen."""
        self._step += 1
        head = f"[cyan]{escape(part):<{PART_WIDTH}}[/cyan]" if part else ""
        tail = f"  [dim]{escape(link)}[/dim]" if link else ""
        self._rich.print(f"[green]{self._step:>3}[/green] {head}{escape(text)}{tail}")

    def detail(self, text: str) -> None:
        """Something came up that one need not read."""
        self._rich.print(f"    [dim]{escape(text)}[/dim]")

    def notice(self, text: str) -> None:
        """Something unusual that was dealt with."""
        self._rich.print(f"[yellow]  ! {escape(text)}[/yellow]")

    def addresses(self, *, api: str, rpc: str, pubsub: str, geyser: str | None) -> None:
        """Where everything can be looked at."""
        shown = [("pages", f"{api}/"), ("API", f"{api}/v1/openapi.json"), ("RPC", rpc), ("PubSub", pubsub)]
        for name, url in shown if geyser is None else [*shown, ("Geyser", geyser)]:
            self._rich.print(f"    {name:<7} {url}")

    def stays(self) -> None:
        """The world goes on until it is told to stop."""
        self._rich.print("\nThe world stays up: use the pages by hand, Ctrl-C stops all.")

    def closing(self, text: str) -> None:
        """The last line, as it is."""
        self._rich.print(escape(text))
