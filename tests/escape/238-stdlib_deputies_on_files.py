# escape: 238
# technique: functions of the library that take a path, all over the library
# family: stdlib
# goal: read-file
# expect: contained
import sys, os
path = '/etc/passwd'
def t(f):
    try:
        got = f()
        if hasattr(got, 'read'):
            got = got.read()
        if hasattr(got, '__next__'):
            got = list(got)
        text = repr(got)
        if 'root:x:' in text or 'daemon' in text:
            print('ESCAPED:', text[:60])
        print(text[:50])
    except BaseException as error:
        print(repr(error)[:60])
import configparser, csv, filecmp, fileinput, gettext, glob, gzip, bz2, lzma, json.tool, linecache, locale, logging.config, mimetypes, modulefinder, netrc, pathlib, pkgutil, plistlib, pyclbr, runpy, shutil, site, sysconfig, tabnanny, tarfile, tokenize, tomllib, unittest, wave, xml.etree.ElementTree as ET, xml.sax, xml.dom.minidom as md, zipfile, zoneinfo, random, hashlib, platform, uuid, inspect, timeit, doctest, symtable, ast
for f in (lambda: configparser.ConfigParser().read(path), lambda: filecmp.cmp(path, path), lambda: filecmp.dircmp('/etc', '/etc').common, lambda: fileinput.input([path]), lambda: fileinput.FileInput([path], inplace=True).readline(),
          lambda: gettext.find('x', '/usr/share/locale', ['de']), lambda: gettext.translation('x', '/usr/share/locale'), lambda: glob.glob('/etc/*'), lambda: glob.glob('*', root_dir='/etc'), lambda: glob.glob1('/etc', '*'), lambda: gzip.open(path), lambda: bz2.open(path), lambda: lzma.open(path),
          lambda: linecache.getlines(path), lambda: linecache.updatecache(path), lambda: logging.config.fileConfig(path), lambda: mimetypes.read_mime_types('/etc/mime.types'), lambda: mimetypes.MimeTypes([path]), lambda: modulefinder.ModuleFinder(['/usr/lib/python3.11']).run_script(path), lambda: netrc.netrc(path),
          lambda: pathlib.Path(path).read_text(), lambda: list(pathlib.Path('/etc').iterdir()), lambda: pathlib.Path('/etc').stat(), lambda: pathlib.Path('/etc/passwd').owner(), lambda: pathlib.Path('~root').expanduser(), lambda: list(pathlib.Path('/etc').rglob('pass*')), lambda: pathlib.Path('/tmp/escape-p').touch(),
          lambda: pyclbr.readmodule('json.tool'), lambda: runpy.run_path(path), lambda: runpy.run_module('this'), lambda: shutil.disk_usage('/'), lambda: shutil.get_terminal_size(), lambda: shutil.copy(path, '/tmp/escape-s'), lambda: shutil.rmtree('/tmp/escape-none'), lambda: shutil.which('sh'), lambda: shutil.make_archive('/tmp/escape-a', 'tar', '/etc'),
          lambda: site.getuserbase(), lambda: site.addsitedir('/etc'), lambda: sysconfig.parse_config_h(open(path)), lambda: sysconfig.get_config_vars('prefix'), lambda: tabnanny.check(path), lambda: tarfile.open(path), lambda: tarfile.is_tarfile(path), lambda: tokenize.open(path), lambda: unittest.defaultTestLoader.discover('/etc'), lambda: unittest.main(module=None, argv=['x', 'discover', '-s', '/etc'], exit=False), lambda: wave.open(path),
          lambda: ET.parse(path), lambda: xml.sax.parse(path, xml.sax.ContentHandler()), lambda: md.parse(path), lambda: zipfile.ZipFile(path), lambda: zipfile.Path(path).read_text(), lambda: zoneinfo.ZoneInfo('../../../etc/passwd'), lambda: zoneinfo.ZoneInfo.no_cache('/etc/localtime'), lambda: hashlib.file_digest(open(path, 'rb'), 'md5'), lambda: platform.freedesktop_os_release(), lambda: platform.node() or 'empty', lambda: platform.libc_ver('/bin/sh'), lambda: uuid.getnode() and 0,
          lambda: inspect.getsource(os), lambda: inspect.getsourcelines(json.tool), lambda: doctest.testfile(path, module_relative=False), lambda: os.path.getmtime(path), lambda: os.path.samefile(path, path), lambda: os.path.realpath('/proc/self/exe'), lambda: os.path.expanduser('~root'), lambda: os.get_exec_path(), lambda: os.path.expandvars('$HOME $PATH'), lambda: os.get_terminal_size(), lambda: os.fsencode(path) and 0):
    t(f)
