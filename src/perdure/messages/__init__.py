"""Direct messages as conversations."""
