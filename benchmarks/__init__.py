"""Performance as ratios to a named baseline, both measured in one run. `make bench`."""
