"""Print the one table of all networks, from their metrics.json files: what README shows.

python -m training.results
"""

import importlib
from collections.abc import Iterator

from models import store
from models.measures import MEASURES, written

TASKS = ("digit", "image", "house", "forecast", "sentiment", "gan")
COLUMNS = ("demo", "network", "parameters", "measured on its test part", "95 % interval", "beside it")


def table() -> str:
    """Return the table as Markdown: a row for each embedded network, ours first in each task.

    Raises:
        store.BrokenFolder: a network's folder is missing.
    """
    head = [COLUMNS, ("---",) * len(COLUMNS)]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in [*head, *map(_cells, _folders())])


def _folders() -> Iterator[store.Folder]:
    for task in TASKS:
        for network in importlib.import_module(f"models.{task}").NETWORKS:
            yield store.read(task, network)


def _cells(folder: store.Folder) -> tuple[str, ...]:
    metrics = folder.metrics
    result, baseline = metrics["result"], metrics["baseline"]
    metric = result["metric"]
    low, high = (written(metric, bound) for bound in result["interval95"])
    return (
        folder.task,
        f"`{folder.network}`",
        f"{metrics['parameters']:,}",
        f"{MEASURES[metric].name} {written(metric, result['value'])}",
        f"{low} – {high}",
        f"{baseline['short']} {written(metric, baseline['value'])}",
    )


if __name__ == "__main__":
    print(table(), end="")
