"""What people read at a terminal. Pure functions from records to text."""
