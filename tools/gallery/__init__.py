"""Every page of the site before a browser: what the screenshots and the tests in a browser share."""
