"""Orders of authorities: how they are read and answered. Pure."""
