"""Keys 密钥: made, kept and rotated here, and nowhere else."""

import base64
import functools
import hashlib
import os
import time
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.utils.translation import gettext as _

from huicheng.ground.place import home
from huicheng.ground.schemes import SCHEMES, Scheme, UnknownScheme, scheme_of

SIGNING = "HUICHENG_SIGNING"
A_SECOND = 1_000_000_000


@dataclass(frozen=True)
class Signature:
    key: str
    value: str


@dataclass(frozen=True)
class PublicKey:
    """What anybody needs to check what the city signed; ``fingerprint`` is the SHA-256 of its DER."""

    key: str
    algorithm: str
    fingerprint: str
    pem: str


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


def _chosen() -> Scheme:
    """What the city signs with: Ed25519, or SM2 with SM3 where ``HUICHENG_SIGNING=sm2`` says so."""
    name = os.environ.get(SIGNING, "ed25519").strip().lower()
    if name not in SCHEMES:
        raise UnknownScheme(
            _("不认识签名算法 %(name)s：%(setting)s 可以写 %(known)s。")
            % {"name": name[:40], "setting": SIGNING, "known": "、".join(SCHEMES)}
        )
    return SCHEMES[name]


def _files(scheme: Scheme) -> list[Path]:
    folder = _folder()
    stamp = folder.stat().st_mtime_ns
    # Clocks of file systems are coarse: of a folder that changed just now the stamp may stand still.
    known = _listed if time.time_ns() - stamp > A_SECOND else _listed.__wrapped__
    return list(known(folder, scheme.prefix, stamp))


@functools.lru_cache(maxsize=32)
def _listed(folder: Path, prefix: str, stamp: int) -> tuple[Path, ...]:
    """``stamp``: another one when a file came or went."""
    return tuple(sorted(folder.glob(f"{prefix}-[0-9][0-9][0-9][0-9].pem")))


def _signing_files(scheme: Scheme) -> list[Path]:
    if not _files(scheme):
        _keep(_folder() / f"{scheme.prefix}-0001.pem", scheme.new())
    return _files(scheme)


def _all_files() -> dict[str, Path]:
    return {path.stem: path for scheme in SCHEMES.values() for path in _files(scheme)}


def sign(data: bytes) -> Signature:
    """Sign with the city's newest key of the chosen scheme."""
    scheme = _chosen()
    path = _signing_files(scheme)[-1]
    return Signature(path.stem, base64.b64encode(scheme.sign(_bytes(path), data)).decode())


def _bytes(path: Path) -> bytes:
    return _read(path, path.stat().st_mtime_ns)


@functools.lru_cache(maxsize=32)
def _read(path: Path, stamp: int) -> bytes:
    return path.read_bytes()


def verify(data: bytes, signature: Signature) -> bool:
    """True when any of the city's keys, old ones included, made this signature under its name."""
    path = _all_files().get(signature.key)
    return path is not None and verifies(_public(path).pem, data, signature.value)


def verifies(pem: str, data: bytes, value: str) -> bool:
    """Whether this public key's owner signed ``data``; needs no city."""
    try:
        given = base64.b64decode(value, validate=True)
    except ValueError:
        return False
    return scheme_of(pem).verify(pem.encode(), data, given)


def _public(path: Path) -> PublicKey:
    scheme = next(one for one in SCHEMES.values() if path.stem.startswith(f"{one.prefix}-"))
    return _shown(path.stem, scheme.name, _bytes(path))


@functools.lru_cache(maxsize=32)
def _shown(key: str, scheme: str, private: bytes) -> PublicKey:
    pem = SCHEMES[scheme].public(private).decode()
    return PublicKey(key, SCHEMES[scheme].title, fingerprint(pem), pem)


def fingerprint(pem: str) -> str:
    body = "".join(line for line in pem.splitlines() if not line.startswith("-----"))
    return hashlib.sha256(base64.b64decode(body)).hexdigest()


def public_keys() -> list[PublicKey]:
    """All of the city's keys, old ones included: what they signed must verify for as long as it is kept."""
    _signing_files(_chosen())
    return [_public(path) for path in _all_files().values()]


def rotate() -> str:
    """Sign with a new key from now on; the old ones go on verifying."""
    scheme = _chosen()
    number = int(_signing_files(scheme)[-1].stem.split("-")[1]) + 1
    path = _folder() / f"{scheme.prefix}-{number:04d}.pem"
    _keep(path, scheme.new())
    return path.stem


def secret(name: str) -> bytes:
    """32 bytes for one use, derived from the city's master secret (HKDF-SHA256)."""
    path = _folder() / "master.key"
    master = path.read_bytes() if path.exists() else _keep(path, os.urandom(32))
    return _derived(master, name)


@functools.lru_cache(maxsize=64)
def _derived(master: bytes, name: str) -> bytes:
    kind = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=f"huicheng:{name}".encode())
    return kind.derive(master)


def lock(name: str, text: str) -> bytes:
    """For a credential that must be used again: sealed under a key of the city's own (AES-256-GCM), useless without it."""
    nonce = os.urandom(12)
    return nonce + AESGCM(secret(f"lock {name}")).encrypt(nonce, text.encode(), name.encode())


def unlock(name: str, sealed: bytes) -> str:
    return AESGCM(secret(f"lock {name}")).decrypt(sealed[:12], sealed[12:], name.encode()).decode()
