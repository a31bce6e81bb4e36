"""Keys 密钥: made, kept and rotated here, and nowhere else."""

import base64
import functools
import os
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from huicheng.ground.place import home


@dataclass(frozen=True)
class Signature:
    key: str
    value: str


def _folder() -> Path:
    path = home() / "keys"
    path.mkdir(mode=0o700, exist_ok=True)
    return path


def _keep(path: Path, data: bytes) -> bytes:
    """Write once: two processes that start together agree on whichever landed first."""
    draft = path.with_suffix(f".{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return path.read_bytes()


def _new_pem() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _signing_files() -> list[Path]:
    files = sorted(_folder().glob("signing-*.pem"))
    if not files:
        _keep(_folder() / "signing-0001.pem", _new_pem())
        files = sorted(_folder().glob("signing-*.pem"))
    return files


@functools.lru_cache(maxsize=32)
def _private(path: Path, stamp: int) -> Ed25519PrivateKey:
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise TypeError(f"{path} holds no Ed25519 key")
    return key


def _load(path: Path) -> Ed25519PrivateKey:
    return _private(path, path.stat().st_mtime_ns)


def sign(data: bytes) -> Signature:
    """Sign with the city's newest Ed25519 key."""
    path = _signing_files()[-1]
    return Signature(path.stem, base64.b64encode(_load(path).sign(data)).decode())


def verify(data: bytes, signature: Signature) -> bool:
    """True when any of the city's keys, old ones included, made this signature under its name."""
    paths = {path.stem: path for path in _signing_files()}
    if signature.key not in paths:
        return False
    try:
        _load(paths[signature.key]).public_key().verify(base64.b64decode(signature.value), data)
    except (InvalidSignature, ValueError):
        return False
    return True


def rotate() -> str:
    """Sign with a new key from now on; the old ones go on verifying."""
    number = int(_signing_files()[-1].stem.split("-")[1]) + 1
    path = _folder() / f"signing-{number:04d}.pem"
    _keep(path, _new_pem())
    return path.stem


def secret(name: str) -> bytes:
    """32 bytes for one use, derived from the city's master secret (HKDF-SHA256)."""
    path = _folder() / "master.key"
    master = path.read_bytes() if path.exists() else _keep(path, os.urandom(32))
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=f"huicheng:{name}".encode()).derive(
        master
    )
