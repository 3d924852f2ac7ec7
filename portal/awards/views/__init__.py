"""Pages that set up awards, cycles and committees. Each module adds its pages to the one blueprint, and stands here."""

from portal.awards.views import committee, cycles, questions, reminders, rubrics, setting_up
from portal.awards.views.pages import pages

__all__ = ["committee", "cycles", "pages", "questions", "reminders", "rubrics", "setting_up"]
