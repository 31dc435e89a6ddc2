"""Sources of offers: what is read from files of others, and what is written for them."""
