"""Related models in a store: the most similar ones, and the bases of an adapter."""
