"""A stand-in for the program ``ddev``, for tests and for the sandbox: no container, no Docker.

Built from DDEV's sources (1.21 to 1.25.3: cmd/ddev/cmd/exec.go, describe.go, commands.go and
pkg/ddevapp), and never run against a real DDEV. What is not known of it, it refuses.
"""
