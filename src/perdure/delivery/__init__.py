"""Mail, SMS and push, with failover."""
