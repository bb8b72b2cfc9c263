"""The local workspace is killed while people write: what was confirmed to them is there afterwards."""

import http.client
import json
import random
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from tests.local_slack import ANN, GENERAL, Page, client_of, workspace

ROOT = Path(__file__).parents[2]
CHILD = """
import json, sys, threading
from pathlib import Path
from tests.local_slack import workspace
ws = workspace(Path(sys.argv[1]))
ws.start()
print(json.dumps(ws.page_url), flush=True)
threading.Event().wait()
"""


class Child:
    """A workspace in a process of its own."""

    def __init__(self, folder):
        command = [sys.executable, "-c", CHILD, str(folder)]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        self.page_url = json.loads(self.process.stdout.readline())

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)
        self.process.stdout.close()


@pytest.mark.slow
def test_kill_9_loses_no_confirmed_message_and_no_undelivered_event(tmp_path):
    chance, confirmed = random.Random(7), []
    for round_ in range(4):
        child = Child(tmp_path)
        timer = threading.Timer(chance.uniform(0.1, 0.6), child.kill)
        timer.start()
        ann = Page(child, ANN)
        with suppress(OSError, http.client.HTTPException):
            while True:  # until the kill, in the middle of whatever it is
                confirmed.append(ann.post(GENERAL, f"{round_}: @guidepost " + "x" * chance.randrange(2000)))
        timer.join()
    with workspace(tmp_path) as ws:
        found = [
            one["ts"]
            for page in client_of(ws).conversations_history(channel=GENERAL, limit=200)
            for one in page["messages"]
        ]
        pending = {one["body"]["event"]["ts"] for one in ws.records.all("pending").values()}
    assert len(confirmed) > 20
    assert set(confirmed) <= set(found)
    assert len(found) == len(set(found))
    assert set(confirmed) <= pending
