"""Playbooks: what can be done without a model, as data, and how a wish becomes its goal."""
