"""Arguments that several commands take: a model or a file, free words, patterns to leave out."""
