"""An invented county town: its ground, its streets, its compounds, and the files a bureau would send."""
