"""What tests stand on: databases, a clock, people to act as."""
