"""Entry point of `labgrade` and `python -m labgrade`."""

# Only modules that the interpreter has loaded by itself: until `leave_current_folder` has run, anything
# else could come from a file of a student's that happens to be called json.py or torch.py.
import os
import sys


def leave_current_folder() -> None:
    """Take the working directory off the import path, which `python -m` puts there.

    The folder that labgrade itself was imported from stays.
    """
    own = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    here = os.getcwd()
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or here) != here or here == own]


def main() -> None:
    """Run the command line and end the process with its exit code."""
    leave_current_folder()
    from labgrade.cli.app import run

    sys.exit(run())


if __name__ == "__main__":
    main()
