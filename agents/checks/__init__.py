"""Checks of drafts: pure functions over a text and the evidence it may rest on."""
