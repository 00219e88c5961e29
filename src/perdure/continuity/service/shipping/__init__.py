"""Shipping: the log becomes segments in a spool, and one lane a store carries the spool's objects there."""
