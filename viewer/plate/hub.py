"""Named depth models: fetched once from their public hub, kept in the user's cache folder, checked at every use.

The hub tells a file's SHA-256 (X-Linked-Etag) before it sends it. That sum is checked after the download and kept
beside the model, so that what is run later is what was fetched then.
"""
from __future__ import annotations

import contextlib
import hashlib
import http.client
import os
import re
import tempfile
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from .. import __version__, folders
from ..errors import PushinError
from ..files import reaching
from .estimate import MOST_BYTES

HUB = "https://huggingface.co"
_SECONDS = 30
_PIECE = 1 << 20
_STALE = 86400
"""Seconds after which nobody writes to a part of a download any longer."""


@dataclass(frozen=True, slots=True)
class Named:
    """repository and file on the hub, and the licence of the weights."""

    repository: str
    file: str
    licence: str

    @property
    def url(self) -> str:
        return f"{HUB}/{self.repository}/resolve/main/{self.file}"


MODELS = {
    "depth-anything-v2-small": Named("onnx-community/depth-anything-v2-small", "onnx/model.onnx", "Apache-2.0"),
    "depth-anything-v2-base": Named("onnx-community/depth-anything-v2-base", "onnx/model.onnx",
                                    "CC-BY-NC-4.0 (no commercial use)"),
    "depth-anything-v2-large": Named("onnx-community/depth-anything-v2-large", "onnx/model.onnx",
                                     "CC-BY-NC-4.0 (no commercial use)"),
    "depth-pro": Named("onnx-community/DepthPro-ONNX", "onnx/model_fp16.onnx",
                       "Apple Machine Learning Research (research only)"),
}
DEFAULT = "depth-anything-v2-small"


def cached(name: str) -> Path:
    """Where a named model lies once it is fetched."""
    return folders.cache() / "models" / f"{name}.onnx"


def model_file(name: str, progress=None) -> Path:
    """The file of a named model, fetched where it is not there. progress(done, total) in bytes.

    Raises PushinError offline, on another sum than the hub tells or none, and on a cached file that has changed.
    """
    path = cached(name)
    pin = path.with_suffix(".sha256")
    with reaching(path):
        if path.is_file() and pin.is_file():
            with open(path, "rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() == pin.read_text("ascii", "replace").strip():
                    return path
            raise PushinError(f"The cached model {path} is not what was fetched; delete it to fetch it again.")
    return _fetched(name, MODELS[name].url, path, pin, progress)


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows to the hub's storage and remembers what the hub itself told of the file."""

    def __init__(self):
        self.told = {}

    def redirect_request(self, request, file, code, message, headers, url):
        self.told.update({key.lower(): value for key, value in headers.items() if key.lower().startswith("x-linked-")})
        if request.full_url.startswith("https:") and not url.startswith("https:"):
            raise urllib.error.URLError("the hub sends to an address without encryption")
        return super().redirect_request(request, file, code, message, headers, url)


def _tidy(folder: Path) -> None:
    """Takes away what downloads that were killed have left."""
    for part in folder.glob("*.part"):
        with contextlib.suppress(OSError):
            if time.time() - part.stat().st_mtime > _STALE:
                part.unlink()


def _fetched(name: str, url: str, path: Path, pin: Path, progress) -> Path:
    redirects = _Redirects()
    request = urllib.request.Request(url, headers={"User-Agent": f"pushin/{__version__}"})
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _tidy(path.parent)
        with urllib.request.build_opener(redirects).open(request, timeout=_SECONDS) as response:
            told = redirects.told | {key.lower(): value for key, value in response.headers.items()}
            total = int(told.get("x-linked-size") or told.get("content-length") or 0)
            if total > MOST_BYTES:
                raise PushinError(f"The model {name} is larger than {MOST_BYTES >> 30} GB.")
            told_sum = told.get("x-linked-etag", "").strip('W/"')
            if not re.fullmatch("[0-9a-f]{64}", told_sum):
                raise PushinError(f"{url.split('/')[2]} tells no SHA-256 of the model {name}, so that it cannot be checked; "
                                  f"download {url} yourself and give it with --model FILE.onnx.")
            handle, part = tempfile.mkstemp(dir=path.parent, suffix=".part")
            try:
                digest, done = hashlib.sha256(), 0
                with os.fdopen(handle, "wb") as file:
                    while piece := response.read(_PIECE):
                        file.write(piece)
                        digest.update(piece)
                        done += len(piece)
                        if done > MOST_BYTES:
                            raise PushinError(f"The model {name} is larger than {MOST_BYTES >> 30} GB.")
                        if progress:
                            progress(done, total)
                if total and done != total:
                    raise PushinError(f"The download of {name} broke off; try again.")
                if told_sum != digest.hexdigest():
                    raise PushinError(f"The model {name} arrived damaged: its SHA-256 is not the one that the hub "
                                      f"tells; try again.")
                os.replace(part, path)
            finally:
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(part)
        pin.write_text(digest.hexdigest() + "\n", "ascii")
    except (urllib.error.URLError, http.client.HTTPException, TimeoutError, ConnectionError) as error:
        raise PushinError(f"The model {name} cannot be fetched from {url.split('/')[2]} "
                          f"({getattr(error, 'reason', error)}); without a connection, give a downloaded ONNX file "
                          f"with --model FILE.onnx.") from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise PushinError(f"The model {name} cannot be kept in {path.parent}: {why}; name another folder with $PUSHIN_CACHE, or a "
                          "model that is there with --model FILE.onnx.") from None
    return path
