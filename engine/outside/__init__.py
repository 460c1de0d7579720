"""Outside: sources that are polled, and the tools of others."""
