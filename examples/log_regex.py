"""Read a web server's log with regular expressions."""

import collections
import datetime
import re

LOG = r"""
10.0.0.7 - - [12/Mar/2024:08:14:02 +0000] "GET / HTTP/1.1" 200 5120
10.0.0.9 - ada [12/Mar/2024:08:14:05 +0000] "POST /login HTTP/1.1" 302 0
10.0.0.7 - - [12/Mar/2024:08:14:09 +0000] "GET /logo.svg HTTP/1.1" 304 0
10.0.0.4 - - [12/Mar/2024:08:15:31 +0000] "GET /wp-admin.php HTTP/1.1" 404 153
this line is damaged
10.0.0.4 - - [12/Mar/2024:08:15:32 +0000] "GET /.env HTTP/1.1" 404 153
10.0.0.9 - ada [12/Mar/2024:08:17:40 +0000] "GET /report?y=2023 HTTP/1.1" 500 87
"""

LINE = re.compile(r"""
    (?P<host>\S+)\ \S+\ (?P<user>\S+)\ \[(?P<time>[^]]+)][ ]
    "(?P<method>[A-Z]+)\ (?P<path>[^\s?"]+)(?:\?(?P<query>\S*))?\ [^"]*"[ ]
    (?P<status>\d{3})\ (?P<size>\d+)
""", re.VERBOSE)

hits, damaged = [], 0
for line in LOG.strip().splitlines():
    match = LINE.fullmatch(line)
    if match:
        hits.append(match.groupdict())
    else:
        damaged += 1

when = [datetime.datetime.strptime(hit["time"], "%d/%b/%Y:%H:%M:%S %z")
        for hit in hits]
print(f"{len(hits)} requests, {damaged} damaged line, over {when[-1] - when[0]}")
for status, n in sorted(collections.Counter(h["status"] for h in hits).items()):
    print(f"  {status}  {'#' * n}")
print("bytes:", sum(int(hit["size"]) for hit in hits))
for hit in hits:
    if hit["status"] >= "400":
        query = f" with {hit['query']}" if hit["query"] else ""
        print(f"{hit['host']} {hit['method']} {hit['path']}{query}: "
              f"{hit['status']}")
print(re.sub(r"(\d+\.\d+\.\d+)\.\d+", r"\1.x", LOG.split()[0]))
