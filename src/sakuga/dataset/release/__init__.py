"""The Sakuga-42M release's own schema: read into our tables, written back (§3.2)."""
