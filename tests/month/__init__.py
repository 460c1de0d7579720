"""A month of a small business, with drift, mistakes and attacks, through the whole product."""
