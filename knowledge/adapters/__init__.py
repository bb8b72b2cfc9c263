"""One library per file, each behind a port of `knowledge.ports`."""
