#!/usr/bin/env python3
# `consume` as the installer's script of this name has it: a pending continuation in the data directory is claimed and sent
# to its thread, once; without one nothing happens. It ends with 1 where it cannot look into the data directory.
import os
import sys

options = dict(zip(sys.argv[2::2], sys.argv[3::2]))
directory = os.path.join(options["--data-dir"], "kimaki-config", "restart-continuation")
pending = os.path.join(directory, "pending")
try:
    os.stat(pending)
except FileNotFoundError:
    print('{"status":"no_pending"}')
    sys.exit(0)
os.replace(pending, os.path.join(directory, "consumed"))
with open(os.path.join(directory, "consumed"), encoding="utf-8") as record:
    thread = record.read().strip()
os.chdir(options["--site-path"])
send = [options["--kimaki-bin"], "send", "--thread", thread, "--prompt", "Continue after the restart"]
status = os.spawnv(os.P_WAIT, send[0], send)
print('{"status":"%s"}' % ("resumed" if status == 0 else "dispatch_failed"))
