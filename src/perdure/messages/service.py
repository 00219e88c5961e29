"""Use cases of direct conversations."""
