"""Models of a few kilobytes with random weights, on disk in the formats of the real ones."""
