"""Which layer a leaf module is, by the names and ranks of its parameters. Read `find_layers`."""
