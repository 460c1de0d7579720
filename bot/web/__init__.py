"""The local web chat, on this machine only."""
