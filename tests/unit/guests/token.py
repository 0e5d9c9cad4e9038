import token

assert token.tok_name[token.NAME] == "NAME" and token.ISEOF(token.ENDMARKER)
