"""``perdure doctor``: checks that a person can act on."""
