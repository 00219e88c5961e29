"""Converters from domain objects to API entities, one a file."""
