"""The history of the schema: one small step a file, up and down."""
