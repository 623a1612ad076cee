"""Learning from a dataset: scripts that read top to bottom (§4)."""
