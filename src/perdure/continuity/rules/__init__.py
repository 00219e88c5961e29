"""Pure rules of the copies: formats, keys, signatures, chains, owners."""
