"""Dividing weighted units of a graph into connected parts, on plain arrays: the general core, usable by itself."""
