"""What a text, picture or link looks like to a machine: rules, classifier, hashes, reputation, velocity."""
