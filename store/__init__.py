"""SQL, and what is computed from rows."""
