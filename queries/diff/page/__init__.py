"""A comparison as one HTML page without scripts: what changed, block diagrams side by side, modules side by side."""

from archkb.queries.diff.page.html_page import page

__all__ = ["page"]
