"""Kept questions: the library, what a question promises, matching words to it, and asking a store."""
