"""How letters are read and answered. Pure."""
