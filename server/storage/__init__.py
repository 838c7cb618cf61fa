"""What is kept: the engine, the tables, the log of events and the directory. It knows SQL and no rule of a school."""
