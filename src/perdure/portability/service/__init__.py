"""Use cases of archives: one module a use."""
