"""Bank statements in the forms that banks give them; all become the same lines."""
