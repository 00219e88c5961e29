"""Queries of delivery."""
