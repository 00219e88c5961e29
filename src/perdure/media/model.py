"""The records of media."""
