"""The command line: parse, build the Runtime through wiring, run."""

from perdure.cli.main import main as main
