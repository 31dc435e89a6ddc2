"""Space: metres, graphs, people. Knows nothing of offers, requests or pages."""
