# escape: 047
# technique: logging.handlers.SocketHandler/DatagramHandler/SysLogHandler send bytes for the guest
# family: dnet
# goal: network
# first-seen: variation
import logging.handlers, socket
a = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); a.bind(('127.0.0.1', 0)); a.settimeout(2)
h = logging.handlers.DatagramHandler(*a.getsockname()); h.send(b'leak')
if a.recv(9) == b'leak': print('ESCAPED:DatagramHandler')
