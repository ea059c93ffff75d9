"""The use cases: what a merchant does with the terminal, and what it does on its own."""
