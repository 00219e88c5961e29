"""Use cases of delivery."""
