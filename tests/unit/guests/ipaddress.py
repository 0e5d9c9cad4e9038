import ipaddress

net = ipaddress.ip_network("192.168.0.0/30")
assert [str(h) for h in net.hosts()] == ["192.168.0.1", "192.168.0.2"]
assert ipaddress.ip_address("::1").is_loopback
assert ipaddress.ip_address("10.0.0.1") in ipaddress.ip_network("10.0.0.0/8")
