"""Parts of a checkpoint with a job of their own, and what each is for. Read `find_components`."""
