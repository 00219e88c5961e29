"""Use cases of discovery."""
