"""SQL of the copies: capture, the gate, snapshots, loading."""
