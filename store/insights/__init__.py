"""What is computed from rows: exact formulas, and the digest that managers read."""
