"""What is known about a model, how it is declared, and where it is kept.

Start at :mod:`archkb.kb.schema` (the graph), :mod:`archkb.kb.values` (what flows), :mod:`archkb.kb.store` (where it
goes).
"""
