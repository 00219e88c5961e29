"""The SQL of posts."""
