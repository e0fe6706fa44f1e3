"""What holds for every test: no example fails because the machine is slow."""

from hypothesis import HealthCheck, settings

# What hypothesis takes by itself where it runs in CI stays as it is: the parent is the profile in force.
settings.register_profile(
    "any machine", parent=settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any machine")
