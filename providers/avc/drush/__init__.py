"""An AVC through Drush: Drupal's own PHP, started where the site is."""
