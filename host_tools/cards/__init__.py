"""Virtual contactless cards with an issuer and a certificate authority of their own.

Test keys and test card numbers, not for live cards. `world` is the way in.
"""
