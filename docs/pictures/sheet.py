#!/usr/bin/env python3
"""Put every kind of picture of the lecture's example on one sheet, to be looked at.

`.venv/bin/python docs/pictures/sheet.py sheet.png` needs a Chromium (`CHAINRULE_CHROMIUM`, or on
PATH), which shows each picture as its reader would: SVG, PNG, the animation at a step, and pages of
PDF through `pdftoppm`. TikZ is on it where `pdflatex` is found.
"""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "graphlib"))

import chainrule  # noqa: E402

LECTURE = "J = cos(u); u = u1 + u2; u1 = sin(t); u2 = 3t; t = x^2"
NETWORK = "h = tanh(w x + b); loss = (h - y)^2"
STEP = 17


def pictures(folder: Path) -> dict[str, bytes]:
    """Return PNG and SVG pictures by what they show."""
    worked = chainrule.parse(LECTURE).reverse({"x": 1})
    found = {
        "svg": worked.draw("svg"),
        "png, a step": worked.draw("png", step=STEP),
        "svg, dark, scale": worked.draw("svg", theme="dark", scale=True),
        "svg, frames": chainrule.parse(NETWORK)
        .work({"w": 1, "x": 2, "b": 0, "y": 1}, zoom="primitive")
        .draw("svg", clusters="assignments"),
        "svg, gradient": worked.draw("svg", gradient=True),
        "pdf": page(worked.draw("pdf"), folder),
        "pdf, table": page(worked.table().pdf(), folder),
        f"slides, page {STEP + 1}": page(worked.slides("pdf"), folder, STEP + 1),
        "animated svg": worked.slides("svg"),
    }
    if shutil.which("pdflatex"):
        source = worked.draw("tikz", step=STEP, document=True)
        folder.joinpath("figure.tex").write_bytes(source)
        subprocess.run(
            ["pdflatex", "-interaction=batchmode", "figure.tex"],
            cwd=folder,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        found["tikz"] = page(folder.joinpath("figure.pdf").read_bytes(), folder)
    return found


def page(pdf: bytes, folder: Path, number: int = 1) -> bytes:
    """Return a page of a PDF as PNG."""
    file = folder / "page.pdf"
    file.write_bytes(pdf)
    which = ("-f", str(number), "-l", str(number))
    subprocess.run(
        ["pdftoppm", "-r", "110", "-png", "-singlefile", *which, str(file), str(folder / "page")],
        check=True,
    )
    return (folder / "page.png").read_bytes()


def html(found: dict[str, bytes]) -> str:
    """Return a page with all pictures, each under its name."""
    parts = ["<body style='font:14px sans-serif;width:1240px;background:#e5e7eb'>"]
    for name, picture in found.items():
        kind = "png" if picture.startswith(b"\x89PNG") else "svg+xml"
        data = base64.b64encode(picture).decode()
        shown = (
            f"<img style='max-width:1200px;max-height:620px' src='data:image/{kind};base64,{data}'>"
        )
        parts.append(f"<h3>{name}</h3><div style='background:white;padding:12px'>{shown}</div>")
    return "\n".join(parts)


def main(output: str) -> None:
    """Write the sheet."""
    from playwright.sync_api import sync_playwright

    chromium = os.environ.get("CHAINRULE_CHROMIUM") or shutil.which("chromium")
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        page_html = html(pictures(Path(name)))
        browser = playwright.chromium.launch(executable_path=chromium)
        sheet = browser.new_page(viewport={"width": 1260, "height": 900}, reduced_motion="reduce")
        sheet.set_content(page_html)
        sheet.screenshot(path=output, full_page=True)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "sheet.png")
