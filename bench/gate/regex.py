import re

TEXT = "\n".join("2024-%02d-%02d host%d app[%d]: GET /x/%d?q=a%db HTTP/1.1"
                 % (i % 12 + 1, i % 28 + 1, i, i, i, i) for i in range(1500))


def work():
    found = 0
    for pattern in (r"(\d+)-(\d+)-(\d+) (\w+) (\w+)\[(\d+)\]", r"q=\w+\b",
                    r"(?i)get\s+(/\S*)", r"host\d*[02468]\b"):
        for _ in range(1):
            found += len(re.findall(pattern, TEXT))
    return found
