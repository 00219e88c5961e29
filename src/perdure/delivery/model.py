"""The records of delivery."""
