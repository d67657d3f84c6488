"""Repeated blocks of two models paired with each other."""
