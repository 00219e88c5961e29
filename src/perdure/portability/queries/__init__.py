"""The SQL of portability: one module a noun."""
