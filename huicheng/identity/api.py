"""The door of identity 身份."""

from huicheng.identity.accounts import (
    DUTIES,
    AccountCreated,
    AccountTaken,
    IdentityNotVerified,
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
    "SampleAccount",
    "TooManyAttempts",
    "UnknownDuty",
    "WrongPassword",
    "actor_of",
    "create_official",
    "log_in",
    "make_samples",
    "register_resident",
    "sample_accounts",
    "sample_password",
]
