"""Voice: how the operator writes, found in their edits and asked about."""
