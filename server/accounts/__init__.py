"""Signing in, what each role may, and the pages of accounts: over `layers.accounts`."""
