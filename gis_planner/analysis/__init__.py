"""Pure functions of the model. No files, no Qt."""
