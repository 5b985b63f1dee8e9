"""Makes a Moodle site agree with an AVC community: read, match, plan, review, apply."""
