"""Residual connections, which no header writes down. Read `find_residual`."""
