"""Write the cards of finished folders anew from their metrics, after the card's own text has changed.

    python -m training.rewrite [FOLDER...]

Without a name: all of models/pretrained.
"""

import sys
from pathlib import Path

from models import store
from training import run


def main(argv: list[str]) -> int:
    """Write each folder's card; return the exit status."""
    folders = [Path(name) for name in argv] or sorted(path for path in store.PRETRAINED.iterdir() if path.is_dir())
    for folder in folders:
        print(run.update_folder(folder, {}))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
