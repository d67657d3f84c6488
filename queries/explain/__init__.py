"""A page on what a model is. Read `model_page`."""
