import pytest

from viewer.cli import main


@pytest.fixture
def pushin(capsys):
    """Runs a command line in this process; returns (exit code, stdout, stderr)."""
    def run(*arguments):
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as stop:  # how argparse ends after --help and --version
            code = stop.code or 0
        captured = capsys.readouterr()
        return code, captured.out, captured.err
    return run
