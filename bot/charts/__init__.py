"""Pictures made from values."""
