"""`guidepost eval`: the product's own parts measured on labelled data."""
