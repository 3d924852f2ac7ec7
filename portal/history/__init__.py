"""Who did what to which, when: appended by actions, in the same transaction, never changed."""

from portal.history.actions import record

__all__ = ["record"]
