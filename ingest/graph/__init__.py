"""What was inferred, as rows of the graph."""
