"""What a visitor sees: one module per tab."""
