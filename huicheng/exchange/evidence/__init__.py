"""凭据 — what was read and delivered, about whom, so that it can be shown later and cannot be denied."""
