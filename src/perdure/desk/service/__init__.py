"""Use cases of the notice desk."""
