"""What is known is right, whatever was said in whichever order: histories, questions, poison."""
