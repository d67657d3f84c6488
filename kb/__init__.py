"""What is known about a model, how it is declared, and where it is kept.

Start at :mod:`kb.schema` (the graph), :mod:`kb.values` (what flows), :mod:`kb.store` (where it goes).
"""
