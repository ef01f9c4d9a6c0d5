"""What the commands share: the environment, the embedded services, the processes."""
