"""Messages: posted in the same transaction as their news, delivered by the worker, to one person each."""

from portal.mail.actions import cancel, change_waiting, post

__all__ = ["cancel", "change_waiting", "post"]
