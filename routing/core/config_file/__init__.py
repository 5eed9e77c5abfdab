"""What can be wrong with a configuration file, and where."""

from routing.core.config_file.places import Lines, Path, Problem

__all__ = ["Lines", "Path", "Problem"]
