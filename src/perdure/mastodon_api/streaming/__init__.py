"""Live streams over WebSocket and Server-Sent Events (api.md §3.10)."""
