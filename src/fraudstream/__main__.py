"""``python -m fraudstream`` is ``fraudstream``."""

from fraudstream.cli import main

main()
