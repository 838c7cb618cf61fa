"""The commands of `longroom`, one a file. They speak to people: one plain sentence where something is wrong."""
