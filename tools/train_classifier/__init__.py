"""Trains the classifier that ships: ``make train``. See docs/model-card.md."""
