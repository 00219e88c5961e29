"""What a published statement and a report look like. Pure."""
