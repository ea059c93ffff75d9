"""The acquirer's test certificate authority: the server's certificate and the terminals'.

ECDSA P-256. Terminals get DER, which is what MicroPython's `ssl` reads. Test keys, not for live
cards.
"""

import hashlib
import ssl
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from host_tools.acquirer.keys import write_private
from host_tools.errors import Unusable

SERVER_NAME = "acquirer.test"

# A terminal that lost its clock starts in 2000 and learns the time only by signing in.
_VALID_FROM = datetime(2000, 1, 1, tzinfo=UTC)
_VALID_TO = datetime(2049, 12, 31, tzinfo=UTC)


def create(directory: Path) -> None:
    """Makes authority and server certificate; what is there stays as it is."""
    directory.mkdir(parents=True, exist_ok=True)
    if not (directory / "ca.pem").exists():
        key = ec.generate_private_key(ec.SECP256R1())
        _write(directory, "ca", _signed("Tapstone test CA", key, key, authority=True), key)
    if not (directory / "server.pem").exists():
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = _issue(directory, SERVER_NAME, key, ExtendedKeyUsageOID.SERVER_AUTH)
        _write(directory, "server", certificate, key)


def enroll(directory: Path, serial: str) -> tuple[bytes, bytes, bytes]:
    """A new client certificate for a terminal: (CA, certificate, private key), all DER."""
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _issue(directory, serial, key, ExtendedKeyUsageOID.CLIENT_AUTH)
    ca = x509.load_pem_x509_certificate((directory / "ca.pem").read_bytes())
    secret = key.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    return ca.public_bytes(Encoding.DER), certificate.public_bytes(Encoding.DER), secret


def server_context(directory: Path) -> ssl.SSLContext:
    """TLS 1.2 or newer; a client without a certificate of our authority gets no connection.

    Raises FileNotFoundError, Unusable.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.verify_mode = ssl.CERT_REQUIRED
    try:
        context.load_verify_locations(directory / "ca.pem")
        context.load_cert_chain(directory / "server.pem", directory / "server.key")
    except ssl.SSLError as error:
        raise Unusable(
            f"{directory}: certificate or key is spoilt ({error.reason}): put it back"
        ) from error
    return context


def fingerprint(certificate: bytes) -> str:
    """What binds a terminal's row to its certificate (DER)."""
    return hashlib.sha256(certificate).hexdigest()


def _issue(
    directory: Path, name: str, key: ec.EllipticCurvePrivateKey, usage: x509.ObjectIdentifier
) -> x509.Certificate:
    issuer_key = load_pem_private_key((directory / "ca.key").read_bytes(), None)
    return _signed(name, key, issuer_key, usage=usage)


def _signed(name, key, issuer_key, authority=False, usage=None) -> x509.Certificate:
    def common_name(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    builder = (
        x509.CertificateBuilder()
        .subject_name(common_name(name))
        .issuer_name(common_name("Tapstone test CA"))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_VALID_FROM)
        .not_valid_after(_VALID_TO)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    )
    if usage:
        builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
    if usage == ExtendedKeyUsageOID.SERVER_AUTH:
        names = x509.SubjectAlternativeName([x509.DNSName(name)])
        builder = builder.add_extension(names, critical=False)
    return builder.sign(issuer_key, hashes.SHA256())


def _write(directory: Path, name: str, certificate, key) -> None:
    """The key first: a certificate on disk means that its key is there too."""
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    write_private(directory / f"{name}.key", secret)
    write_private(directory / f"{name}.pem", certificate.public_bytes(Encoding.PEM))
