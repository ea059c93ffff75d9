"""Cryptography on AES and SHA-256 in C: CMAC, CTR, AES-DUKPT, record sealing, the random source."""
