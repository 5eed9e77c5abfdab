"""What is wrong, or probably not meant, in a configuration that is to be published.

Everything here looks at a compiled release and at little else (`Known`), so the same
findings come for the draft, for a release and for a file. Errors are calls that would
fail and block publishing; warnings are accepted with a note.
"""

from routing.core.lint.all_checks import lint
from routing.core.lint.finding import Finding, Known, Level

__all__ = ["Finding", "Known", "Level", "lint"]
