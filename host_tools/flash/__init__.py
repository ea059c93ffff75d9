"""What it costs to keep a record on flash, in several ways."""
