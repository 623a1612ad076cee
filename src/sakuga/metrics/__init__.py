"""What evaluation counts (§5), as pure functions on arrays."""
