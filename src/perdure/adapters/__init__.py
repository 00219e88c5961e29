"""One module a provider. Nobody below wiring imports these."""
