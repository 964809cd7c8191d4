"""The command line: the same verbs as the window, one module a verb, JSON by the contract."""
