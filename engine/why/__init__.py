"""Why: from what was done back to the words that asked for it."""
