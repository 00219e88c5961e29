"""Statements on the tables of transparency."""
