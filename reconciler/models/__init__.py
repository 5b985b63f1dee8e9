"""What the parts of the program hand each other: frozen, typed, without behaviour of their own."""
