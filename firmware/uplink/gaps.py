"""Pauses after failures: longer each time, and never for all terminals at the same moment."""

TO_TRY_AGAIN_MS = (0, 5000, 15000, 60000, 300000, 900000)  # a message that the host did not take


def gap_ms(gaps_ms, failures, random):
    """The pause after so many failures before this one, give or take 20 %."""
    return gaps_ms[min(failures, len(gaps_ms) - 1)] * (205 + random(1)[0] % 103) // 256
