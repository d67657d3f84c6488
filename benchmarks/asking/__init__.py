"""Phrasings by many writers, and the training of the weights by which free words find a question."""
