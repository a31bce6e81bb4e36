"""The door of identity 身份."""

from huicheng.identity.accounts import (
    DUTIES,
    AccountCreated,
    AccountTaken,
    IdentityNotVerified,
    LoggedIn,
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

__all__ = [
    "DUTIES",
    "AccountCreated",
    "AccountTaken",
    "IdentityNotVerified",
    "LogInFailed",
    "LoggedIn",
    "SampleAccount",
    "TooManyAttempts",
    "UnknownDuty",
    "actor_of",
    "create_official",
    "log_in",
    "make_samples",
    "register_resident",
    "sample_accounts",
    "sample_password",
]
