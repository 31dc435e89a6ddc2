"""What is measured against peers, each in the same run on the same data."""
