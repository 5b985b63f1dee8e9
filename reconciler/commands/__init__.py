"""The commands, one a file. They read the configuration, call the core, and show what came out.

Each takes its parameters from the command line, returns its exit code, and imports what it needs
when it runs: help has to come at once.
"""
