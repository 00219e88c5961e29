"""SQL of scoring."""
