"""The operators' pages: how the site does, who is on it, what it says about itself. For staff with a second factor."""
