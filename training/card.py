"""The card of a model's folder: what the Hub shows, and what a person should know before using it."""

from typing import Any

from huggingface_hub import EvalResult, ModelCardData

TEMPLATE = """
# {name}

{summary}

## Result

| | {metric_name} on {n:,} test {unit} |
|---|---|
| **{name}** | **{value:.2%}** (95 % interval {low:.2%} to {high:.2%}) |
| {baseline_name} | {baseline_value:.2%} |

The test part was used once, after training. `metrics.json` holds these numbers and more;
`python -m training.{task} --network {network} --evaluate` measures them again.

| class | {metric_name} |
|---|---|
{per_class}

## Use and misuse

{limits}

```python
import keras
from huggingface_hub import hf_hub_download

model = keras.models.load_model(hf_hub_download("OWNER/{name}", "model.keras"), compile=False)
```

Input: {input}. Output: {output}.

## Data

{dataset_name} ({dataset_license}), {dataset_url}: {train:,} {unit} to train, {validation:,} to validate
(every choice was made on these), {n:,} to test.

## Training

{parameters:,} parameters, {epochs} epochs in {minutes:.0f} minutes on {machine}; precision {precision}, batch
{batch_size}, seed {seed}, {date}. The curve is in `history.csv`. Made again by
`python -m training.{task} --network {network}`.
"""


def build_card(metrics: dict[str, Any]) -> str:
    """Return the README.md of a folder, from its metrics: YAML with ``model-index``, then Markdown."""
    name = f"{metrics['task']}-{metrics['network']}"
    return f"---\n{_front_matter(name, metrics)}\n---\n{_body(name, metrics)}"


def _front_matter(name: str, metrics: dict[str, Any]) -> str:
    dataset, result = metrics["dataset"], metrics["result"]
    evaluation = EvalResult(
        task_type=metrics["pipeline_tag"],
        dataset_type=dataset["id"],
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
        datasets=[dataset["id"]],
        metrics=[result["metric"]],
        eval_results=[evaluation],
    )
    return data.to_yaml()


def _body(name: str, metrics: dict[str, Any]) -> str:
    dataset, result, baseline = metrics["dataset"], metrics["result"], metrics["baseline"]
    low, high = result["interval95"]
    return TEMPLATE.format(
        name=name,
        task=metrics["task"],
        network=metrics["network"],
        summary=metrics["summary"],
        limits=metrics["limits"],
        input=metrics["input"],
        output=metrics["output"],
        metric_name=result["metric"],
        value=result["value"],
        low=low,
        high=high,
        n=dataset["test"],
        unit=dataset["unit"],
        baseline_name=baseline["name"],
        baseline_value=baseline["value"],
        per_class="\n".join(f"| {label} | {value:.2%} |" for label, value in metrics["per_class"].items()),
        dataset_name=dataset["name"],
        dataset_license=dataset["license"],
        dataset_url=dataset["url"],
        train=dataset["train"],
        validation=dataset["validation"],
        minutes=metrics["training"]["seconds"] / 60,
        parameters=metrics["parameters"],
        **{key: metrics["training"][key] for key in ("epochs", "machine", "precision", "batch_size", "seed", "date")},
    )
