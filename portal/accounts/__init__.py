"""Roles with scope, sign-in links, and sessions that can be listed and ended."""
