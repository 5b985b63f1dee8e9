"""AVC, a Drupal community with drupal/group, read from its database or through Drush."""
