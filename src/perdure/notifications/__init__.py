"""Tells people what happened: listens to events, imported by no domain."""
