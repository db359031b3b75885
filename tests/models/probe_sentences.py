"""The 200 sentences of our own that every network is probed with: (text, label, kind)."""

from training.probe import CHINESE, ENGLISH, PROBES

__all__ = ["CHINESE", "ENGLISH", "PROBES"]
