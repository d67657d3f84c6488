"""Unlabelled trees of two parts held against each other."""
