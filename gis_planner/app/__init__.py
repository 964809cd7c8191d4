"""The window: shows what the workflow gives, and asks it for what a person wants."""
