"""What an alignment sees of a model: its modules, their words, shapes and file order."""
