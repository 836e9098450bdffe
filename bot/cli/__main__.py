"""Entry point of `python -m bot.cli`: the `countersign` command, where it is not on the path."""

from bot.cli import main

main()
