"""What is done to an exchange instead of passing it on."""
