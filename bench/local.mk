EXTRA_DIST += bench/README.md bench/limit_latency.py bench/gate/compare.py \
	bench/gate/c_calls.py bench/gate/fannkuch.py bench/gate/json_text.py \
	bench/gate/nbody.py bench/gate/objects.py bench/gate/regex.py
