"""`python -m queries` is `archkb`."""

from queries.cli import main

main()
