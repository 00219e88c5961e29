"""What others may ask of the copies."""
