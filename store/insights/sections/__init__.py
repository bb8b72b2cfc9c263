"""The digest's sections, one module each: what is read, and the pure function from rows to values."""
