"""Tensors paired by their names: shared keys, renumbered blocks, modules kept whole."""
