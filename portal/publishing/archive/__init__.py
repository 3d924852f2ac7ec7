"""Bringing in years from before the portal: each line with who agreed to be published, none of it twice."""
