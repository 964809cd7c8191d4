"""Values: what a project is. No files, no Qt."""
