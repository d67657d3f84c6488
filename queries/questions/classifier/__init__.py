"""Which question free words ask, learnt from sample phrasings: words as features, and the trained weights."""
