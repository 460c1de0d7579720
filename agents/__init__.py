"""Minds: they read, plan and write; they never act. Every act is an effect that is judged."""
