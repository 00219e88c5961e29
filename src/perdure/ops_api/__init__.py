"""Perdure's own JSON API, health and metrics."""
