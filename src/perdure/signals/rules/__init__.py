"""Pure rules of scoring."""
