"""The records of notifications."""
