"""Tools around the EMV room: case files, recorded sessions, fuzzing, tap speed.

The firmware's own code runs inside MicroPython (`on_target/`); what is in here starts it, feeds it
and says what came of it. Test keys, not for live cards.
"""
