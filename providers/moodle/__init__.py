"""Moodle, read and written through its web services."""
