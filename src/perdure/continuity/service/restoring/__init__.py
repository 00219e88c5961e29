"""The way home from any store: find what counts, load it, bring it on to the last commit, begin a new reign."""
