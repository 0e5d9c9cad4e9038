EXTRA_DIST += bench/README.md bench/limit_latency.py
