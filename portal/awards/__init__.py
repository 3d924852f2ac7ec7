"""The organisation, its awards, their cycles, calendars, rubrics, committees and past honours."""
