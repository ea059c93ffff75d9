"""What the terminal knows about itself: its log, the log of the line, the network check's steps."""
