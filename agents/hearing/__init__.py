"""Hearing: what the operator said is understood as a wish, a question, a correction, a fact."""
