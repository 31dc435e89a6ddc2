"""The domain: categories, offers, the Atlas of a region, and the questions asked of it."""
