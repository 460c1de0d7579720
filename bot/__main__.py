"""`python -m bot` is the command `firstmate`."""

from bot.cli import main

main()
