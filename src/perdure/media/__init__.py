"""Uploads, thumbnails, captions."""
