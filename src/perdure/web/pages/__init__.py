"""The pages, one file a group; ``templates/`` has a folder for each."""
