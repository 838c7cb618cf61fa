"""What the house does when somebody asks: authorise, load, decide, append, acknowledge, announce."""
