"""Reports, cases, decisions, appeals: what people decide about what others said, and how they are told."""
