"""What the terminal knows about itself: a bounded log and counters."""
