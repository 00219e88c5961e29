"""Copies of everything at several independent providers, and the way home from any one of them.

Imports only ``audit`` and ``kernel``: it must run when everything else is broken.
"""
