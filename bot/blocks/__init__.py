"""Pure functions: value -> blocks and fallback text."""
