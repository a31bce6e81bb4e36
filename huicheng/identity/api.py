"""The door of identity 身份."""

from huicheng.identity.accounts import (
    DUTIES,
    AccountCreated,
    AccountTaken,
    LogInFailed,
    SampleAccount,
    TooManyAttempts,
    UnknownDuty,
    actor_of,
    create_official,
    log_in,
    make_samples,
    register_resident,
    sample_accounts,
    sample_password,
)
from huicheng.identity.duties import AccountChanged, AccountDeleted, DutyGranted, DutyWithdrawn
from huicheng.identity.guarding import PasswordRefused
from huicheng.identity.sessions import LoggedIn, LoggedOut, PasswordChanged, PasswordUnfit, WrongPassword
from huicheng.identity.verifying import (
    IdentityNotVerified,
    PersonFollowed,
    PersonTaken,
    PersonUnbound,
    PersonVerified,
    must_verify_again,
)

__all__ = [
    "DUTIES",
    "AccountChanged",
    "AccountCreated",
    "AccountDeleted",
    "AccountTaken",
    "DutyGranted",
    "DutyWithdrawn",
    "IdentityNotVerified",
    "LogInFailed",
    "LoggedIn",
    "LoggedOut",
    "PasswordChanged",
    "PasswordRefused",
    "PasswordUnfit",
    "PersonFollowed",
    "PersonTaken",
    "PersonUnbound",
    "PersonVerified",
    "SampleAccount",
    "TooManyAttempts",
    "UnknownDuty",
    "WrongPassword",
    "actor_of",
    "create_official",
    "log_in",
    "make_samples",
    "must_verify_again",
    "register_resident",
    "sample_accounts",
    "sample_password",
]
