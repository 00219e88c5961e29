"""Follows, requests, blocks, mutes, lists, followed hashtags."""
