"""Copies: backups, exports, ways back, and whether log and state are whole."""
