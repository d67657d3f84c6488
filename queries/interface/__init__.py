"""What the command line and a notebook have in common: stores and models by name, one call for each thing to ask."""
