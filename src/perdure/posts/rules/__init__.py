"""Pure rules of posts."""
