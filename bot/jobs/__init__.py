"""Jobs: order, follow, cancel and deliver; over Redis, or within the process."""
