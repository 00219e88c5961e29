"""The tamper-evident log: everyone may append, nobody edits."""
