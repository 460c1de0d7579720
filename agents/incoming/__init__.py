"""Incoming: mails, files and statements are read; they only suggest."""
