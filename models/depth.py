"""Pictures of more than eight bits a pixel."""

import numpy as np
from PIL import Image


def eight_bits(image: Image.Image) -> Image.Image:
    """Return a picture of mode I, I;16 or F with values 0..255 (uint8), scaled by the full 16-bit range.

    (Pillow's own conversion cuts everything above 255.)
    """
    values = np.asarray(image, np.float32)
    full = 65535 if values.max(initial=0) > 255 else 255
    return Image.fromarray(np.uint8(np.clip(values / full, 0, 1) * 255))
