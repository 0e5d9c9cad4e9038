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
	examples/csv_file/csv_file.py examples/csv_file/data.csv \
	examples/csv_file/run \
	examples/data/iris.csv \
	examples/iris/run examples/iris/summary.py \
	examples/stdin_filter/longest.py examples/stdin_filter/poem.txt \
	examples/stdin_filter/run
