"""The command line: parse, build the Runtime through wiring, run."""

import typer

app = typer.Typer(no_args_is_help=True, help="Perdure: a social network you can keep online.")


def main() -> None:
    """Run the command line."""
    app()
