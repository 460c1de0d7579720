"""What the company knows: one database, one event log, canonical records, recall."""
