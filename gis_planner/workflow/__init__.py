"""The verbs: what a person can do with a project, for the window and the command line alike. No widgets."""
