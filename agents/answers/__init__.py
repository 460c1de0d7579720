"""Answers: a question is answered from what is known, with the places it is from."""
