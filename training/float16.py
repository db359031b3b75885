"""Model files of half the size: kernels rounded to float16 on the disk, computed with in float32."""

import io
import shutil
import zipfile
from pathlib import Path

import h5py
import keras
import numpy as np

WEIGHTS = "model.weights.h5"


def round_kernels(model: keras.Model) -> None:
    """Round every weight of two dimensions or more to float16, which ``halve`` then stores without loss."""
    model.set_weights(
        [
            weights.astype(np.float16).astype(np.float32) if weights.ndim > 1 else weights
            for weights in model.get_weights()
        ]
    )


def halve(path: Path) -> None:
    """Rewrite a .keras file with its kernels in float16. Keras reads it as it reads any, into float32."""
    fresh = path.with_suffix(".halved")
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(fresh, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            content = source.read(entry)
            target.writestr(entry, _halved(content) if entry.filename == WEIGHTS else content)
    shutil.move(fresh, path)


def _halved(content: bytes) -> bytes:
    """The bytes of an HDF5 file with the same groups and data sets, the larger ones in float16."""
    stream = io.BytesIO()
    with h5py.File(io.BytesIO(content)) as source, h5py.File(stream, "w") as target:
        target.attrs.update(source.attrs)

        def copy(name: str, item: h5py.Group | h5py.Dataset) -> None:
            if isinstance(item, h5py.Group):
                target.require_group(name).attrs.update(item.attrs)
            else:
                dtype = np.float16 if item.ndim > 1 and item.dtype == np.float32 else item.dtype
                target.create_dataset(name, data=item[()].astype(dtype)).attrs.update(item.attrs)

        source.visititems(copy)
    return stream.getvalue()
