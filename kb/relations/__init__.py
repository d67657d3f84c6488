"""Which models belong together: fingerprints, similarity, lineage, adapters, versions."""
