import html
import html.parser

assert html.escape("<a href='x'>&") == "&lt;a href=&#x27;x&#x27;&gt;&amp;"
assert html.unescape("&eacute;&#233;&notit;") == "éé¬it;"


class P(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.seen = []

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))


p = P()
p.feed("<p class=x>hi<br/>")
assert p.seen == [("p", {"class": "x"}), ("br", {})]
