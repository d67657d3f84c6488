"""Streams: the widths that run through a stack, and which sublayer reads from or adds to which."""

from __future__ import annotations

from ingest.analysis import Analysis


def assign_streams(analysis: Analysis) -> Analysis:
    """The analysis with streams and their links filled in."""
    return analysis
