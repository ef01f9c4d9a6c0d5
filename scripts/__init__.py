"""The commands of the project: demo, test, check. Only `launch` is a package."""
