from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
READ = re.compile(r'(?:env\.\w+|choice)\(\s*"([A-Z_]+)"')


def variables_read() -> set[str]:
    found: set[str] = set()
    for name in ("settings.py", "env.py"):
        text = (ROOT / "assessment" / "config" / name).read_text()
        found |= set(READ.findall(text))
    return found


def test_every_setting_stands_in_the_readme():
    table = (ROOT / "README.md").read_text().split("## Settings")[1].split("\n## ")[0]
    documented = set(re.findall(r"`([A-Z_]{4,})`", table))

    assert len(variables_read()) > 15
    assert variables_read() == documented


def test_every_link_of_the_readme_leads_somewhere():
    links = re.findall(r"\]\(([^)#]+)\)", (ROOT / "README.md").read_text())

    missing = [link for link in links if not (ROOT / link).exists()]
    assert missing == []
