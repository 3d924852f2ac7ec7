"""What somebody agreed to by telephone, on paper or in person, and the office wrote down: who said it, how, when, in which words."""
