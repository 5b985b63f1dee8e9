"""PHP programs that are sent to a site over standard input, and what they answer."""
