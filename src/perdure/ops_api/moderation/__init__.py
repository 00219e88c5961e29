"""Our own API for everything the moderators' console does: nothing is possible in the console alone."""
