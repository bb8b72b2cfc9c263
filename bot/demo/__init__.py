"""A made-up company of customers, played through the product with a moved clock: `guidepost demo`."""
