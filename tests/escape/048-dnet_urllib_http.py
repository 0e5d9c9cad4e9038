# escape: 048
# technique: urllib.request opens a TCP connection for the guest
# family: dnet
# goal: network
# first-seen: folklore
import socket, threading, urllib.request
a = socket.socket(); a.bind(('127.0.0.1', 0)); a.listen(1)
def srv():
    c, _ = a.accept(); c.recv(999); c.sendall(b'HTTP/1.0 200 OK\r\n\r\nok'); c.close()
threading.Thread(target=srv, daemon=True).start()
if urllib.request.urlopen('http://127.0.0.1:%d/' % a.getsockname()[1], timeout=3).read() == b'ok': print('ESCAPED:http')
