"""How good the knowledge base is: measured through the product's own parts."""
