"""`perdure demo`: a small lively community for a first look."""
