"""The moderators' console: a queue, a case beside its past, a decision with its reasons. For staff with two factors."""
