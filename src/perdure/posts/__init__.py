"""Posts, votes, comments, echoes, polls; owns whether this viewer may see this."""
