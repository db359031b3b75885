"""The card of a model's folder: what the Hub shows, and what a person should know before using it."""

from typing import Any

from huggingface_hub import EvalResult, ModelCardData

from models.measures import MEASURES, written

TEMPLATE = """
# {name}

{summary}

## Result

| | {measure} on {n:,} test {unit} |
|---|---|
| **{name}** | **{value}** (95 % interval {low} to {high}) |
{baselines}

The test part was used once, after training. `metrics.json` holds these numbers and more;
`python -m training.{task} --network {network} --evaluate` measures them again.
{further}{per_class}
## Use and misuse

{limits}

```python
import keras
from huggingface_hub import hf_hub_download

model = keras.models.load_model(hf_hub_download("OWNER/{name}", "{file}"), compile=False)
```

{own_layers}Input: {input}. Output: {output}.

## Data

{dataset_name} ({dataset_license}), {dataset_url}: {train:,} {unit} to train, {validation:,} to validate
(every choice was made on these), {n:,} to test.

## Training

{parameters:,} parameters, {epochs} epochs in {minutes:.0f} minutes on {machine}; precision {precision}, batch
{batch_size}, seed {seed}, {date}. The curve is in `history.csv`. Made again by
`python -m training.{task} --network {network}`.
"""

OWN_LAYERS = """It has layers of this project's own: import `models.networks.{task}` of the hub's repository first.

"""


def build_card(metrics: dict[str, Any]) -> str:
    """Return the README.md of a folder, from its metrics: YAML with ``model-index``, then Markdown."""
    name = f"{metrics['task']}-{metrics['network']}"
    return f"---\n{_front_matter(name, metrics)}\n---\n{_body(name, metrics)}"


def _front_matter(name: str, metrics: dict[str, Any]) -> str:
    dataset, result = metrics["dataset"], metrics["result"]
    ids = dataset["id"] if isinstance(dataset["id"], list) else [dataset["id"]]
    evaluation = EvalResult(
        task_type=metrics["pipeline_tag"],
        dataset_type=ids[0],
        dataset_name=dataset["name"],
        dataset_split="test",
        metric_type=result["metric"],
        metric_value=round(result["value"], 6),
    )
    data = ModelCardData(
        model_name=name,
        library_name="keras",
        license=dataset["license"],
        pipeline_tag=metrics["pipeline_tag"],
        tags=["keras", metrics["task"]],
        datasets=ids,
        metrics=[result["metric"]],
        eval_results=[evaluation],
    )
    return data.to_yaml()


def _body(name: str, metrics: dict[str, Any]) -> str:
    dataset, result = metrics["dataset"], metrics["result"]
    low, high = (written(result["metric"], bound) for bound in result["interval95"])
    return TEMPLATE.format(
        name=name,
        task=metrics["task"],
        network=metrics["network"],
        summary=metrics["summary"],
        limits=metrics["limits"],
        input=metrics["input"],
        output=metrics["output"],
        measure=MEASURES[result["metric"]].name,
        value=written(result["metric"], result["value"]),
        low=low,
        high=high,
        n=dataset["test"],
        unit=dataset["unit"],
        baselines=_baselines(metrics),
        further=_table("also measured", metrics.get("further", {})),
        per_class=_table("class", _per_class(metrics)),
        file=f"{next(iter(metrics['known']))}.keras",
        own_layers=OWN_LAYERS.format(task=metrics["task"]) if metrics.get("own_layers") else "",
        dataset_name=dataset["name"],
        dataset_license=dataset["license"],
        dataset_url=dataset["url"],
        train=dataset["train"],
        validation=dataset["validation"],
        minutes=metrics["training"]["seconds"] / 60,
        parameters=metrics["parameters"],
        **{key: metrics["training"][key] for key in ("epochs", "machine", "precision", "batch_size", "seed", "date")},
    )


def _baselines(metrics: dict[str, Any]) -> str:
    metric = metrics["result"]["metric"]
    compared = [metrics["baseline"], *metrics.get("others", [])]
    return "\n".join(f"| {other['name']} | {written(metric, other['value'])} |" for other in compared)


def _per_class(metrics: dict[str, Any]) -> dict[str, str]:
    metric = metrics["result"]["metric"]
    return {label: written(metric, value) for label, value in metrics.get("per_class", {}).items()}


def _table(title: str, rows: dict[str, str]) -> str:
    """Return a table of two columns with the lines around it, or nothing where there are no rows."""
    if not rows:
        return ""
    lines = "\n".join(f"| {name} | {value} |" for name, value in rows.items())
    return f"\n| {title} | |\n|---|---|\n{lines}\n"
