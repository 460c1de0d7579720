"""Rules in the operator's own words: heard, made into conditions, tried before they count."""
