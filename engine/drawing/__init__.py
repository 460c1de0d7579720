"""Drawing: cards as the database has them, word by word, with their buttons."""
