"""Keys to a module tree, the words of its names, and its structural hashes."""
