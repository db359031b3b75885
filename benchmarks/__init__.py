"""Speed, each claim beside a named peer in the same run."""
