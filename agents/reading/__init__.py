"""Reading: the values people write (amounts, moments, names, numbers), found in a text."""
