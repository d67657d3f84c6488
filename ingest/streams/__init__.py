"""Streams: widths that run through stacks, what they carry and where they come from."""
