"""Signature schemes 签名算法: Ed25519, and SM2 with SM3 (GB/T 32918, 32905) where tongsuopy is installed."""

import base64
import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.utils.translation import gettext as _

from huicheng.ground.errors import BadInput

# The curve's object identifier 1.2.156.10197.1.301 as it stands in a key's DER.
SM2_CURVE = bytes.fromhex("06082a811ccf5501822d")


class UnknownScheme(BadInput, ValueError):
    """Not a signature scheme that the city knows."""


class SchemeMissing(UnknownScheme):
    """The scheme is known, but the library that does its arithmetic is not installed."""


@dataclass(frozen=True)
class Scheme:
    """``prefix`` names its key files; keys go in and out as PEM."""

    name: str
    title: str
    prefix: str
    new: Callable[[], bytes]
    public: Callable[[bytes], bytes]
    sign: Callable[[bytes, bytes], bytes]
    verify: Callable[[bytes, bytes, bytes], bool]


def _new_ed25519() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


@functools.lru_cache(maxsize=32)
def _ed25519(pem: bytes) -> Ed25519PrivateKey:
    key = serialization.load_pem_private_key(pem, password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise UnknownScheme(_("这里面没有 Ed25519 密钥。"))
    return key


def _ed25519_public(pem: bytes) -> bytes:
    return (
        _ed25519(pem)
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )


def _ed25519_verify(pem: bytes, data: bytes, value: bytes) -> bool:
    try:
        key = serialization.load_pem_public_key(pem)
    except ValueError:
        raise UnknownScheme(_("这不是 PEM 格式的公钥。")) from None
    if not isinstance(key, Ed25519PublicKey):
        raise UnknownScheme(_("这里面没有 Ed25519 密钥。"))
    try:
        key.verify(value, data)
    except InvalidSignature:
        return False
    return True


@functools.lru_cache(maxsize=1)
def _tongsuo() -> tuple[Any, Any, Any]:
    try:
        from tongsuopy.crypto import hashes
        from tongsuopy.crypto import serialization as keys
        from tongsuopy.crypto.asymciphers import ec
    except ImportError:
        raise SchemeMissing(
            _("SM2 需要 tongsuopy：请运行 pip install 'huicheng[sm2]'，或用 HUICHENG_SIGNING=ed25519 签名。")
        ) from None
    return ec, keys, ec.ECDSA(hashes.SM3())


def _new_sm2() -> bytes:
    ec, keys, _how = _tongsuo()
    pem: bytes = ec.generate_private_key(ec.SM2()).private_bytes(
        keys.Encoding.PEM, keys.PrivateFormat.PKCS8, keys.NoEncryption()
    )
    return pem


@functools.lru_cache(maxsize=32)
def _sm2(pem: bytes) -> Any:
    return _tongsuo()[1].load_pem_private_key(pem, None)


def _sm2_public(pem: bytes) -> bytes:
    _ec, keys, _how = _tongsuo()
    shown: bytes = (
        _sm2(pem).public_key().public_bytes(keys.Encoding.PEM, keys.PublicFormat.SubjectPublicKeyInfo)
    )
    return shown


def _sm2_sign(pem: bytes, data: bytes) -> bytes:
    value: bytes = _sm2(pem).sign(data, _tongsuo()[2])
    return value


def _sm2_verify(pem: bytes, data: bytes, value: bytes) -> bool:
    _ec, keys, how = _tongsuo()
    from tongsuopy.crypto.exceptions import InvalidSignature as NotSigned

    try:
        keys.load_pem_public_key(pem).verify(value, data, how)
    except NotSigned:
        return False
    return True


SCHEMES = {
    "ed25519": Scheme(
        "ed25519", "Ed25519", "signing", _new_ed25519, _ed25519_public,
        lambda pem, data: _ed25519(pem).sign(data), _ed25519_verify,
    ),
    "sm2": Scheme("sm2", "SM2-SM3", "sm2", _new_sm2, _sm2_public, _sm2_sign, _sm2_verify),
}  # fmt: skip


def scheme_of(pem: str) -> Scheme:
    """By the curve that the public key names."""
    body = "".join(line for line in pem.splitlines() if not line.startswith("-----"))
    try:
        der = base64.b64decode(body, validate=True)
    except ValueError:
        raise UnknownScheme(_("这不是 PEM 格式的公钥。")) from None
    return SCHEMES["sm2" if SM2_CURVE in der else "ed25519"]
