"""What people set for themselves: one page a subject, all reached from ``/settings``."""
