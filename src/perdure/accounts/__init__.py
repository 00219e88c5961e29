"""People, sign-in, sessions, second factors, OAuth apps and tokens."""
