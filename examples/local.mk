example_guests = \
	examples/asyncio_gather.py \
	examples/csv_report.py \
	examples/dataclass_model.py \
	examples/decimal_money.py \
	examples/grade_student.py \
	examples/hello.py \
	examples/json_transform.py \
	examples/log_regex.py \
	examples/recursive_descent.py \
	examples/sudoku.py \
	examples/svg_plot.py \
	examples/text_statistics.py

EXTRA_DIST += $(example_guests) \
	examples/host_enter_jail.py \
	examples/README.md \
	examples/app/bottle/app.toml examples/app/bottle/units.py \
	examples/app/flask/app.toml examples/app/flask/counter.py \
	examples/app/flask/templates/page.html \
	examples/app/hello/app.toml examples/app/hello/hello.py \
	examples/csv_file/csv_file.py examples/csv_file/data.csv \
	examples/csv_file/run \
	examples/data/iris.csv \
	examples/given_files/lib/iris.py examples/given_files/means.py \
	examples/given_files/policy.toml examples/given_files/run \
	examples/iris/run examples/iris/summary.py \
	examples/memcached/host.py examples/memcached/policy.toml \
	examples/memcached/visits.py \
	examples/attrs_orders/orders.py examples/attrs_orders/run \
	examples/dateutil_plan/plan.py examples/dateutil_plan/run \
	examples/jinja2_page/page.html examples/jinja2_page/page.py \
	examples/jinja2_page/run \
	examples/networkx_routes/routes.py examples/networkx_routes/run \
	examples/numpy_arrays/arrays.py examples/numpy_arrays/run \
	examples/pyparsing_formula/formula.py examples/pyparsing_formula/run \
	examples/sympy_calculus/calculus.py examples/sympy_calculus/run \
	examples/stdin_filter/longest.py examples/stdin_filter/poem.txt \
	examples/stdin_filter/run
