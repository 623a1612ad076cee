"""What a trained net is held against (§5): one module for each command of `sakuga evaluate`."""
