"""A Moodle through its own PHP, started where the site is."""
