"""The card of a model's folder: what the Hub shows, and what a person should know before using it."""

from typing import Any

from huggingface_hub import EvalResult, ModelCardData

from models.measures import MEASURES, written

# From the freest to the most restrictive, by the Hub's names. "other" are terms of the source's own, such as
# study only; "unknown" means that the source states none, which grants nothing.
LICENSES = (
    "cc0-1.0",
    "mit",
    "apache-2.0",
    "cc-by-3.0",
    "cc-by-4.0",
    "cc-by-sa-3.0",
    "cc-by-sa-4.0",
    "odbl",
    "gpl-3.0",
    "cc-by-nd-4.0",
    "cc-by-nc-4.0",
    "cc-by-nc-sa-4.0",
    "cc-by-nc-nd-4.0",
    "other",
    "unknown",
)
UNNAMED = {"unknown": "no licence stated", "other": "terms of its own"}

RESULT = """
# {name}

{summary}

## Result

| | {measure} on {n:,} test {unit} |
|---|---|
| **{name}** | **{value}** (95 % interval {low} to {high}) |
{baselines}

{test_use} `metrics.json` holds these numbers and more;
`python -m training.{task} {flags} --evaluate` measures them again.
"""

# What is said where the metrics have no ``test_use``, which tells of a network that was measured more than once.
USED_ONCE = "The test part was used once, after training."

USE = """
## Use and misuse

{limits}

```python
import keras
from huggingface_hub import hf_hub_download

model = keras.models.load_model(hf_hub_download("OWNER/{name}", "{file}"), compile=False)
```

{own_layers}Input: {input}. Output: {output}.
"""

DATA = """
## Data

{dataset_name} ({licenses}), {dataset_url}: {train:,} {unit} to train, {validation:,} to validate
(every choice was made on these), {n:,} to test.{people}

This network's licence is `{license}`{reason}.
"""

TRAINING = """
## Training

{parameters:,} parameters, {epochs} epochs in {minutes:.0f} minutes on {machine}; precision {precision}, batch
{batch_size}, seed {seed}, {date}. The curve is in `history.csv`. Made again by
`python -m training.{task} {flags}`.
"""

OWN_LAYERS = """It has layers of this project's own: import `models.networks.{task}` of the hub's repository first.

"""


def build_card(metrics: dict[str, Any]) -> str:
    """Return the README.md of a folder, from its metrics: YAML with ``model-index``, then Markdown.

    A section whose key the metrics lack is left out.

    Raises:
        ValueError: a licence of the data is none of ``LICENSES``.
    """
    name = f"{metrics['task']}-{metrics['network']}"
    sections = [
        _result(name, metrics),
        _table(("also measured", ""), list(metrics.get("further", {}).items())),
        _table(("class", ""), _per_class(metrics)),
        *(_titled_table(table) for table in metrics.get("tables", [])),
        _mistakes(metrics),
        _use(name, metrics),
        _data(metrics),
        _size_and_speed(metrics),
        _training(metrics),
    ]
    return f"---\n{_front_matter(name, metrics)}\n---\n{''.join(sections)}"


def most_restrictive(licenses: str | list[str]) -> str:
    """Return the licence that the network's must follow: the last of the data's in ``LICENSES``.

    Raises:
        ValueError: one of them is none of ``LICENSES``, or there is none.
    """
    names = [licenses] if isinstance(licenses, str) else licenses
    if not names or not set(names) <= set(LICENSES):
        raise ValueError(f"Each licence must be one of {', '.join(LICENSES)}. Received: {licenses!r}")
    return max(names, key=LICENSES.index)


def _front_matter(name: str, metrics: dict[str, Any]) -> str:
    dataset, result = metrics["dataset"], metrics["result"]
    data = ModelCardData(
        model_name=name,
        library_name="keras",
        license=most_restrictive(dataset["license"]),
        pipeline_tag=metrics["pipeline_tag"],
        tags=["keras", metrics["task"]],
        datasets=_ids(dataset),
        metrics=[result["metric"]],
        eval_results=[_evaluation(metrics, result), *(_evaluation(metrics, each) for each in _measured(metrics))],
    )
    return data.to_yaml()


def _ids(dataset: dict[str, Any]) -> list[str]:
    return dataset["id"] if isinstance(dataset["id"], list) else [dataset["id"]]


def _measured(metrics: dict[str, Any]) -> list[dict[str, Any]]:
    return metrics.get("measured", [])


def _evaluation(metrics: dict[str, Any], result: dict[str, Any]) -> EvalResult:
    """A figure for ``model-index``, its interval in the measure's name and among its arguments."""
    dataset = result.get("dataset", metrics["dataset"])
    metric, interval = result["metric"], result.get("interval95")
    title = result.get("name", MEASURES[metric].name)
    return EvalResult(
        task_type=metrics["pipeline_tag"],
        dataset_type=_ids(dataset)[0],
        dataset_name=dataset["name"],
        dataset_split="test",
        metric_type=metric,
        metric_name=f"{title} ({_interval(metric, interval)})" if interval else title,
        metric_value=round(result["value"], 6),
        metric_args={"interval95": [round(bound, 6) for bound in interval]} if interval else None,
    )


def _interval(metric: str, interval: list[float]) -> str:
    low, high = (written(metric, bound) for bound in interval)
    return f"95 % interval {low} to {high}"


def _result(name: str, metrics: dict[str, Any]) -> str:
    dataset, result = metrics["dataset"], metrics["result"]
    low, high = (written(result["metric"], bound) for bound in result["interval95"])
    return RESULT.format(
        name=name,
        task=metrics["task"],
        flags=metrics.get("flags", f"--network {metrics['network']}"),
        summary=metrics["summary"],
        measure=MEASURES[result["metric"]].name,
        value=written(result["metric"], result["value"]),
        low=low,
        high=high,
        n=dataset["test"],
        unit=dataset["unit"],
        baselines=_baselines(metrics),
        test_use=metrics.get("test_use", USED_ONCE),
    ) + _table(("further tests", ""), [(_measured_on(each), _value(each)) for each in _measured(metrics)])


def _baselines(metrics: dict[str, Any]) -> str:
    metric = metrics["result"]["metric"]
    compared = [metrics["baseline"], *metrics.get("others", [])]
    return "\n".join(f"| {other['name']} | {_value({'metric': metric} | other)} |" for other in compared)


def _measured_on(figure: dict[str, Any]) -> str:
    count = f", {figure['n']:,}" if "n" in figure else ""
    return f"{figure['name']} ({MEASURES[figure['metric']].name}{count})"


def _value(figure: dict[str, Any]) -> str:
    """A value, with its 95 % interval where it has one."""
    value = written(figure["metric"], figure["value"])
    interval = figure.get("interval95")
    return f"{value} ({_interval(figure['metric'], interval)})" if interval else value


def _per_class(metrics: dict[str, Any]) -> list[tuple[str, str]]:
    metric = metrics["result"]["metric"]
    return [(label, written(metric, value)) for label, value in metrics.get("per_class", {}).items()]


def _mistakes(metrics: dict[str, Any]) -> str:
    """The most frequent confusions, how far confidence can be trusted, and the folder's pictures."""
    confusions = _table(("true", "given", "how often"), metrics.get("confusions", []))
    pictures = "".join(
        f"\n![{picture['caption']}]({picture['file']})\n\n*{picture['caption']}*\n"
        for picture in metrics.get("pictures", [])
    )
    trust = ""
    if "calibration" in metrics:
        trust = (
            f"\nExpected calibration error: {metrics['calibration']['error']:.4f}, the mean difference between "
            f"the\nprobability of an answer and the share of right ones, in {metrics['calibration']['bins']} bins.\n"
        )
    title = "What it gets wrong" if confusions or trust else "Pictures"
    parts = confusions + trust + pictures
    return f"\n## {title}\n{parts}" if parts else ""


def _use(name: str, metrics: dict[str, Any]) -> str:
    return USE.format(
        name=name,
        limits=metrics["limits"],
        file=f"{next(iter(metrics['known']))}.keras",
        own_layers=OWN_LAYERS.format(task=metrics["task"]) if metrics.get("own_layers") else "",
        input=metrics["input"],
        output=metrics["output"],
    )


def _data(metrics: dict[str, Any]) -> str:
    dataset = metrics["dataset"]
    licenses = [dataset["license"]] if isinstance(dataset["license"], str) else dataset["license"]
    chosen = most_restrictive(licenses)
    return DATA.format(
        dataset_name=dataset["name"],
        licenses=", ".join(UNNAMED.get(each, each) for each in licenses),
        dataset_url=dataset["url"],
        train=dataset["train"],
        validation=dataset["validation"],
        n=dataset["test"],
        unit=dataset["unit"],
        people=f" {dataset['people']}" if "people" in dataset else "",
        license=chosen,
        reason=", the most restrictive of its data's" if len(set(licenses)) > 1 else ", that of its data",
    )


def _size_and_speed(metrics: dict[str, Any]) -> str:
    """What the network weighs, and how long one answer takes."""
    sizes = [
        f"`{name}`: {facts['size'] / 1e6:.2f} MB"
        for name, facts in metrics.get("files", {}).items()
        if name.endswith(".keras")
    ]
    latency = metrics.get("latency")
    speed = (
        f"\nOne answer takes {latency['milliseconds']:.2f} ms (median of {latency['calls']:,} calls, 95th percentile "
        f"{latency['p95']:.2f} ms),\nalone, in a compiled function, on {latency['machine']}.\n"
        if latency
        else ""
    )
    parts = (f"\n{', '.join(sizes)}.\n" if sizes else "") + speed
    return f"\n## Size and speed\n{parts}" if parts else ""


def _training(metrics: dict[str, Any]) -> str:
    training = metrics["training"]
    return TRAINING.format(
        task=metrics["task"],
        flags=metrics.get("flags", f"--network {metrics['network']}"),
        parameters=metrics["parameters"],
        minutes=training["seconds"] / 60,
        **{key: training[key] for key in ("epochs", "machine", "precision", "batch_size", "seed", "date")},
    )


def _titled_table(table: dict[str, Any]) -> str:
    return f"\n### {table['title']}\n{_table(table['columns'], table['rows'])}"


def _table(columns: list[str] | tuple[str, ...], rows: list[Any]) -> str:
    """Return a table with the lines around it, or nothing where there are no rows."""
    if not rows:
        return ""
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n" + "".join(f"| {' | '.join(map(_cell, cells))} |\n" for cells in lines)


def _cell(value: Any) -> str:
    """The text of a cell; what would end the cell is escaped."""
    return f"{value:,}" if isinstance(value, int) else str(value).replace("|", "\\|").replace("\n", " ")
