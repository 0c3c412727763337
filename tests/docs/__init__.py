"""The README and docs/ are held to what the product does."""
