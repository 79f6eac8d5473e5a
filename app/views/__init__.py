"""The JSON shapes of the product's answers, kept stable. Pure functions from records."""
