"""What a configuration states of a model, held against its shapes: in metadata, in a config.json, in a design."""
