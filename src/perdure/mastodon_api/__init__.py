"""The Mastodon client API: one file a resource, entities one converter a file."""
