"""Pages for people: server-rendered, working without JavaScript and better with it."""
