"""A restore that nobody notices: into scratch, with every way out shut, and a report of what came of it."""
