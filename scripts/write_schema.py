"""Write docs/truthline.schema.json from the config's types and the kinds; a test holds it to them."""

import json
from pathlib import Path

from truthline.checking.config_schema import config_schema
from truthline_rules import RULES

text = json.dumps(config_schema(RULES), indent=2, ensure_ascii=False) + "\n"
(Path(__file__).parents[1] / "docs" / "truthline.schema.json").write_text(text, encoding="utf-8")
