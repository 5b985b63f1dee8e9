"""How a site's database is read: by whichever provider has one."""
