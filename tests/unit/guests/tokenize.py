import io
import tokenize

source = "x = 1 # c\n"
kinds = [tokenize.tok_name[t.type]
         for t in tokenize.generate_tokens(io.StringIO(source).readline)]
assert kinds == ["NAME", "OP", "NUMBER", "COMMENT", "NEWLINE", "ENDMARKER"]
tokens = tokenize.tokenize(io.BytesIO(source.encode()).readline)
assert tokenize.untokenize(tokens).decode() == source
