"""How right the rules are: extraction over a corpus of models with known architecture, scored and calibrated."""
