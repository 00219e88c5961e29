"""The words of what is published about moderation."""
