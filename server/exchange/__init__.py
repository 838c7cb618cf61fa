"""Converters between Longroom's records and the outside's formats: pure, on the domain alone."""
