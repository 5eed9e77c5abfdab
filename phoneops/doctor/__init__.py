"""Is this installation ready for callers? What `manage.py doctor` looks at.

Each module looks at one side and tells what it found, one finding at a time, so that
somebody can watch. Nothing is changed by looking.
"""
