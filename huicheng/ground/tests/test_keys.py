import base64
import subprocess
import sys

import pytest

from huicheng.ground import keys, schemes
from huicheng.ground.api import (
    SchemeMissing,
    Signature,
    UnknownScheme,
    public_keys,
    secret,
    sign,
    verify,
)


def test_what_the_city_signed_verifies():
    assert verify(b"receipt", sign(b"receipt"))


def test_a_changed_byte_does_not_verify():
    assert not verify(b"receipT", sign(b"receipt"))


def test_nonsense_is_no_signature():
    assert not verify(b"receipt", Signature("signing-9999", "x"))
    assert not verify(b"receipt", Signature(sign(b"a").key, "not base64"))


def test_old_signatures_verify_after_a_rotation():
    before = sign(b"receipt")
    assert keys.rotate() != before.key
    assert sign(b"receipt").key != before.key
    assert verify(b"receipt", before)


def test_secrets_differ_by_name_and_last():
    assert secret("a") == secret("a") != secret("b")
    assert len(secret("a")) == 32


def test_public_keys_are_shown_old_ones_too():
    before = sign(b"receipt")
    keys.rotate()
    shown = {one.key: one for one in public_keys()}
    assert shown[before.key].algorithm == "Ed25519"
    assert keys.verifies(shown[before.key].pem, b"receipt", before.value)
    assert "PRIVATE" not in "".join(one.pem for one in shown.values())


def test_an_unknown_scheme_says_which_there_are(monkeypatch):
    monkeypatch.setenv("HUICHENG_SIGNING", "rsa")
    with pytest.raises(UnknownScheme, match="ed25519、sm2"):
        sign(b"receipt")


def test_sm2_without_its_library_says_what_to_install(monkeypatch):
    schemes._tongsuo.cache_clear()
    monkeypatch.setitem(sys.modules, "tongsuopy.crypto", None)
    monkeypatch.setenv("HUICHENG_SIGNING", "sm2")
    with pytest.raises(SchemeMissing, match="tongsuopy"):
        sign(b"receipt")
    schemes._tongsuo.cache_clear()


def test_sm2_signs_and_what_ed25519_signed_still_verifies(monkeypatch):
    before = sign(b"receipt")
    monkeypatch.setenv("HUICHENG_SIGNING", "sm2")
    now = sign(b"receipt")
    assert now.key == "sm2-0001"
    assert verify(b"receipt", now)
    assert verify(b"receipt", before)
    assert not verify(b"receipT", now)


def test_openssl_agrees_with_sm2(monkeypatch, tmp_path):
    monkeypatch.setenv("HUICHENG_SIGNING", "sm2")
    value = base64.b64decode(sign(b"receipt").value)
    parts = {"data": b"receipt", "value": value, "key": public_keys()[-1].pem.encode()}
    for name, content in parts.items():
        (tmp_path / name).write_bytes(content)
    how = ["-rawin", "-digest", "sm3", "-pkeyopt", "distid:1234567812345678"]
    told = subprocess.run(
        ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", "key", "-in", "data", "-sigfile", "value", *how],
        cwd=tmp_path, capture_output=True, check=False,
    )  # fmt: skip
    assert b"Verified Successfully" in told.stdout
