"""Rules: the book in force, its versions, and the house that everything is weighed in."""
