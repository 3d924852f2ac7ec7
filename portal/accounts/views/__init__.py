"""Signing in, seeing where one is signed in; and, for the office, people and their roles."""

from portal.accounts.views import people
from portal.accounts.views.signing_in import ask_to_sign_in, hold_outdated, pages, safe_path

__all__ = ["ask_to_sign_in", "hold_outdated", "pages", "people", "safe_path"]
