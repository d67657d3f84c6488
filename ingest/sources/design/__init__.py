"""Design files: a model written down as YAML, read and written."""
