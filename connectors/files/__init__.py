"""Untrusted files and mails become typed text, in a child process with limits."""
