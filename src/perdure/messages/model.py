"""The records of messages."""
