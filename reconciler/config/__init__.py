"""The configuration of NWP: nwp.yml and .secrets.yml, read and never written."""
