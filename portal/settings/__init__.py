"""Settings: `base` reads the environment; `demo`, `test` and `prod` say what differs."""
