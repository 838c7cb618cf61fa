"""What things mean: states, commands, events, rules and views, as pure functions of their arguments."""
