"""Tables of posts."""
