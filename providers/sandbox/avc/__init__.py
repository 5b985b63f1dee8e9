"""An AVC of our own making, in the tables that Drupal and drupal/group would have."""
