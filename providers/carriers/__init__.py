"""How a program is run at a site."""
