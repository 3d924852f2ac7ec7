"""How facts about candidacies stand in the columns that a selection looks at. Apart from `selection`, which takes half a second to load."""

#: Stands between the values of a column where somebody has several, such as two schools.
SEVERAL = "\x1f"
