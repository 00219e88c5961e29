"""Hashtags, trends, search, suggestions."""
