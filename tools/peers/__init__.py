"""Foreign suites and clients, each against a throw-away server in test mode."""
