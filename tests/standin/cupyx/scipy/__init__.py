"""Only what is below."""
