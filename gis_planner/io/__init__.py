"""Files and tables: everything that is read from or written to disk."""
