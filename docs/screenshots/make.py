"""Take the screenshots of the app: `python docs/screenshots/make.py [ADDRESS]` with it running."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import expect, sync_playwright

HERE = Path(__file__).parent
FORMULA = "J = cos(u); u = u1 + u2; u1 = sin(t); u2 = 3t; t = x^2"
SHOTS = {
    "explore-light": (1280, 800, "light"),
    "explore-dark": (1280, 800, "dark"),
    "explore-phone": (400, 860, "light"),
    "explore-phone-dark": (400, 860, "dark"),
}
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def main(address: str) -> None:
    """Write one PNG a shot, all at the step in which t's adjoint becomes a sum."""
    query = f"?f={quote(FORMULA, safe='')}&at=x%3D1&step=17"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=ARGUMENTS
        )
        for name, (width, height, scheme) in SHOTS.items():
            page = browser.new_page(
                viewport={"width": width, "height": height},
                color_scheme="dark" if scheme == "dark" else "light",
            )
            page.goto(address + query)
            expect(page.get_by_text("forward, reverse, SymPy")).to_be_visible(timeout=40_000)
            if width < 700:  # the values are in a popover, once the page knows its width
                expect(page.get_by_role("button", name="x = 1 reverse")).to_be_visible(
                    timeout=40_000
                )
            page.wait_for_timeout(1_500)
            page.screenshot(path=HERE / f"{name}.png")
            page.close()
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8501/")
