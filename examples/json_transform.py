"""Reshape JSON: flatten nested orders into one row an item."""

import json

ORDERS = """
[
  {"id": 17, "customer": {"name": "Ada", "city": "London"},
   "items": [{"sku": "A-1", "n": 2, "price": 9.5},
             {"sku": "B-7", "n": 1, "price": 30}],
   "paid": true},
  {"id": 18, "customer": {"name": "José", "city": null},
   "items": [], "paid": false},
  {"id": 19, "customer": {"name": "Mai", "city": "Hà Nội"},
   "items": [{"sku": "A-1", "n": 10, "price": 8.75}], "paid": true}
]
"""


def rows(orders):
    for order in orders:
        for item in order["items"]:
            yield {
                "order": order["id"],
                "customer": order["customer"]["name"],
                "city": order["customer"]["city"] or "unknown",
                "sku": item["sku"],
                "total": item["n"] * item["price"],
            }


orders = json.loads(ORDERS)
flat = list(rows(orders))
print(json.dumps(flat, indent=2, ensure_ascii=False))
print(json.dumps({"unpaid": [o["id"] for o in orders if not o["paid"]],
                  "revenue": sum(row["total"] for row in flat)},
                 sort_keys=True))
