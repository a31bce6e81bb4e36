"""接口网关 — departments' own HTTP services, called by other departments through one door."""
