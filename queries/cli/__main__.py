"""`python -m queries.cli` is `archkb`."""

from queries.cli import main

main()
