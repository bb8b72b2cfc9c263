"""The `guidepost` command."""


def main() -> None:
    """Run the command line."""
