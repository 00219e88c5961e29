"""What a report, a case and a decision are to the rest of the program."""
