from huicheng.ground import keys
from huicheng.ground.api import Signature, secret, sign, verify


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
