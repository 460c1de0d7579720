"""Writing: drafts by a template or a model, their variants, and the checks they must pass."""
