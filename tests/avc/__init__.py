"""Reading an AVC by SQL, and the AVC of the sandbox."""
