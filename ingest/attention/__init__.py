"""Attention: its projections, its kind, its heads. Read `find_attention`."""
