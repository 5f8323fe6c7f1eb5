"""Take the screenshots of the app: `python docs/screenshots/make.py [ADDRESS]` with it running."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import Page, expect, sync_playwright

HERE = Path(__file__).parent
FORMULA = "J = cos(u); u = u1 + u2; u1 = sin(t); u2 = 3t; t = x^2"
NETWORK = """L = -(t ln(y) + (1 - t) ln(1 - y)); y = 1/(1 + exp(-b))
b = beta0 z0 + beta1 z1 + beta2 z2; z1 = 1/(1 + exp(-a1)); z2 = 1/(1 + exp(-a2))
a1 = alpha10 x0 + alpha11 x1 + alpha12 x2; a2 = alpha20 x0 + alpha21 x1 + alpha22 x2"""
POINT = (
    "x0=1,x1=0.5,x2=-1,z0=1,t=1,alpha10=0.125,alpha11=0.5,alpha12=-0.75,"
    "alpha20=-0.25,alpha21=1.25,alpha22=0.375,beta0=0.1875,beta1=-1.5,beta2=0.625"
)
NETWORKS = {
    "network-light": (1280, 800, "&step=65"),
    "network-steps-light": (1280, 800, "&step=113&zoom=step"),
    "network-phone": (400, 860, "&step=65"),
}
SHOTS = {
    "explore-light": (1280, 800, "light"),
    "explore-dark": (1280, 800, "dark"),
    "explore-phone": (400, 860, "light"),
    "explore-phone-dark": (400, 860, "dark"),
}
WORK = {
    "value:J": "−0.7649",
    "value:u": "3.8415",
    "value:u1": "0.8415",
    "value:u2": "3",
    "value:t": "1",
    "partial:J,u": "0.6441",
    "partial:u,u1": "1",
    "partial:u,u2": "1",
    "partial:u1,t": "0.5403",
    "partial:u2,t": "3",
    "partial:t,x": "2",
    "adjoint:J": "1",
    "adjoint:u": "0.6441",
    "adjoint:u1": "0.6441",
    "adjoint:u2": "0.6441",
    "adjoint:t": "1.9324",
    "adjoint:x": "3.8648",
}
"""The lecture's table with one mistake: at t the second share replaced the first."""

ANSWERED = {
    "check-my-work-light": (1280, 800, "light"),
    "check-my-work-dark": (1280, 800, "dark"),
    "check-my-work-phone": (400, 1900, "light"),
    "exercises-light": (1280, 1100, "light"),
    "exercises-phone-dark": (400, 860, "dark"),
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
        for name, (width, height, chosen) in NETWORKS.items():
            page = browser.new_page(viewport={"width": width, "height": height})
            page.goto(f"{address}?f={quote(NETWORK, safe='')}&at={quote(POINT, safe='')}{chosen}")
            expect(page.get_by_role("heading", name="Share into")).to_be_visible(timeout=40_000)
            page.wait_for_timeout(2_500)
            page.screenshot(path=HERE / f"{name}.png")
            page.close()
        for name, (width, height, scheme) in ANSWERED.items():
            page = browser.new_page(
                viewport={"width": width, "height": height},
                color_scheme="dark" if scheme == "dark" else "light",
            )
            answered(page, address.rstrip("/"), name)
            page.wait_for_timeout(1_000)
            page.screenshot(path=HERE / f"{name}.png")
            page.close()
        browser.close()


def answered(page: Page, address: str, name: str) -> None:
    """Open a page on which people answer, with answers that are checked."""
    if name.startswith("check"):
        page.goto(f"{address}/check-my-work")
        for cell, words in WORK.items():
            page.locator(f'input[name="{cell}"]').fill(words, timeout=40_000)
    else:
        page.goto(f"{address}/exercises")
        fields = page.locator(".answersheet input")
        expect(fields.first).to_be_visible(timeout=60_000)
        fields.nth(0).fill("1.44")
        fields.nth(1).fill("3")
    page.get_by_role("button", name="Check", exact=True).first.click()
    expect(page.locator(".square.wrong, .said p").first).to_be_visible(timeout=40_000)
    page.locator("h2").first.click()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8501/")
