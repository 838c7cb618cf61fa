"""Longroom: one classroom out of many sites."""
