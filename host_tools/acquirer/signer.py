"""The key that signs documents for terminals: RSA, 3,072 bits. Test keys, not for live cards.

It is not one of the host's keys. Who runs the host, or breaks into it, cannot make a document that
a terminal takes: the private key is needed only to publish, and may be kept on another machine.

private.pem   for publishing        public.pem   its modulus is provisioned
"""

from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from host_tools.acquirer.keys import write_private

FOLDER = "signer"
SIGNATURE_BYTES = 384
_EXPONENT = 65537
_PRIVATE, _PUBLIC = "private.pem", "public.pem"


def create(directory: Path) -> None:
    """Makes the pair once, in the folder of its own below the acquirer's directory."""
    folder = directory / FOLDER
    if (folder / _PUBLIC).exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    key = rsa.generate_private_key(_EXPONENT, 8 * SIGNATURE_BYTES)
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    write_private(folder / _PRIVATE, secret)
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    write_private(folder / _PUBLIC, public)


def modulus(directory: Path) -> bytes | None:
    """What terminals are provisioned with; None where no signer was made."""
    path = directory / FOLDER / _PUBLIC
    if not path.exists():
        return None
    key = load_pem_public_key(path.read_bytes())
    assert isinstance(key, rsa.RSAPublicKey), f"{path} is not an RSA key"
    return key.public_numbers().n.to_bytes(SIGNATURE_BYTES, "big")


def sign(directory: Path, body: bytes) -> bytes:
    """PKCS #1 v1.5 with SHA-256. Raises FileNotFoundError where the private key is not."""
    key = load_pem_private_key((directory / FOLDER / _PRIVATE).read_bytes(), None)
    assert isinstance(key, rsa.RSAPrivateKey), "the signer's key is not an RSA key"
    return key.sign(body, padding.PKCS1v15(), hashes.SHA256())
