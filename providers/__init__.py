"""How sites are reached: one package for each kind of site, and the sandboxes."""
