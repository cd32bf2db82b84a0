"""What all tests share: property tests that give the same verdict on every machine, however slow, and leave no files."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile(
    "twin", deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("twin")
