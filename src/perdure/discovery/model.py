"""The records of discovery."""
