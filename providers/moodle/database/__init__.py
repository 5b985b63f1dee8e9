"""Moodle, read from its database, beside web services that write to it.

What a web service cannot show is in these tables; each module says which columns it reads, and
they are all that the account needs SELECT on. ``$CFG`` settings and plugin settings that config.php
overrides (``forced_plugin_settings``) are not in the database, and not seen here.
"""
