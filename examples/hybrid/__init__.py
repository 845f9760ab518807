"""A small hybrid recommender: plays, what people write, and vectors of your own. See README.md here."""
