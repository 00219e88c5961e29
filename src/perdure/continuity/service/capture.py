"""Capture: what the program that migrates, starts and checks a site asks of the change log."""

from perdure.continuity.queries.capture import DERIVED, REREAD, shapes_of
from perdure.continuity.queries.triggers import differing, install

__all__ = ["DERIVED", "REREAD", "differing", "install", "shapes_of"]
