"""An answer and its forms: table, JSON, CSV, Markdown."""
