"""Modules of two matched parts assigned to each other, fused ones among them."""
