"""Feed-forwards, plain, gated and of experts. Read `find_feed_forward`."""
