"""What may go wrong, as a sentence for the person it concerns. Rules raise these; one handler in `web` draws them."""

from __future__ import annotations


class PortalError(Exception):
    """A refusal that a person can understand and mend.

    Carries a `message` id (an English sentence with named placeholders, marked for translation where it is raised)
    and its `facts`; `web` translates it into the reader's language. `status` is the HTTP status it is answered with.
    """

    status = 422

    def __init__(self, message: str, *, field: str | None = None, **facts: object) -> None:
        """Keep the sentence's id, its facts, and the form field it belongs beside, if any."""
        super().__init__(message)
        self.message = message
        self.field = field
        self.facts = facts

    def __str__(self) -> str:
        """Return the English sentence, for logs and for commands."""
        return self.message % self.facts if self.facts else self.message


class Refused(PortalError):
    """The step does not fit where the thing stands now: wrong stage, wrong time, already done."""

    status = 409


class TooLate(Refused):
    """The deadline and its grace have passed. What was typed is kept."""


class Stale(Refused):
    """Somebody, perhaps the same person in another tab, changed the thing since it was opened."""


class NotFound(PortalError):
    """There is no such thing, or none that this person may know of: the two read alike."""

    status = 404


def N_(sentence: str) -> str:
    """Mark a sentence for the catalogues without translating it: for rules, which know no language."""
    return sentence
