"""Free words as a small language: what to say of which kind, with which filters, in which part of the model."""
