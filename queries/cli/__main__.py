"""`python -m archkb.queries.cli` is `archkb`."""

from archkb.queries.cli import main

main()
