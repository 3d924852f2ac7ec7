"""What recipients are offered, what is paid, and what donors are told."""
