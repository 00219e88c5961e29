"""The notice desk: letters from outside, answered item by item before their deadlines (safety.md §7)."""
