"""From a checkpoint's header to everything that is inferred of it. Read `pipeline`."""
