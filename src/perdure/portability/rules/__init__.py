"""Rules of archives, pure."""
