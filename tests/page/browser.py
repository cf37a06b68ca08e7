# tests/page/browser.py - drives a headless Chromium by the DevTools protocol, over two pipes.
#
# The browser gets a process group and a profile of its own, and both are gone when the `with` block
# ends, however it ends.
import base64
import json
import os
import select
import shutil
import signal
import subprocess
import tempfile
import time


class Failure(Exception):
    pass


class Browser:
    def __init__(self, program, folder, width=1280, height=800):
        self.program = program
        self.folder = folder
        self.size = (width, height)
        self.number = 0
        self.pending = b""
        self.events = []
        self.complaints = []

    def __enter__(self):
        self.profile = tempfile.mkdtemp(prefix="profile.", dir=self.folder)
        to_browser, self.commands = os.pipe()
        self.answers, from_browser = os.pipe()
        arguments = [
            self.program, "--headless=new", "--remote-debugging-pipe", "--disable-gpu",
            "--disable-dev-shm-usage", "--no-first-run", "--disable-extensions",
            "--disable-background-networking", "--hide-scrollbars",
            "--user-data-dir=" + self.profile, "about:blank"]
        if os.geteuid() == 0:
            arguments.insert(1, "--no-sandbox")

        def at_three_and_four():
            # The browser reads commands from descriptor 3 and writes answers to descriptor 4.
            read_end = os.dup(to_browser)
            write_end = os.dup(from_browser)
            os.dup2(read_end, 3)
            os.dup2(write_end, 4)

        environment = dict(os.environ, HOME=self.profile, XDG_CONFIG_HOME=self.profile,
                           XDG_CACHE_HOME=self.profile, TMPDIR=self.profile)
        self.log = open(os.path.join(self.folder, "browser.log"), "ab")
        self.process = subprocess.Popen(
            arguments, preexec_fn=at_three_and_four, close_fds=False, env=environment,
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, start_new_session=True)
        os.close(to_browser)
        os.close(from_browser)
        self.session = None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target,
                                 flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(domain + ".enable")
        self.resize(*self.size)
        return self

    def __exit__(self, *unused):
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        os.close(self.commands)
        os.close(self.answers)
        self.log.close()
        # Processes of the group that were just killed may still be writing.
        for _ in range(50):
            shutil.rmtree(self.profile, ignore_errors=True)
            if not os.path.exists(self.profile):
                break
            time.sleep(0.1)

    def receive(self, seconds):
        end = time.monotonic() + seconds
        while b"\0" not in self.pending:
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.answers], [], [], left)[0]:
                raise Failure("the browser has not answered for %d seconds" % seconds)
            data = os.read(self.answers, 1 << 20)
            if not data:
                raise Failure("the browser has ended; see browser.log")
            self.pending += data
        message, self.pending = self.pending.split(b"\0", 1)
        return json.loads(message)

    def note(self, message):
        self.events.append(message["method"])
        parameters = message["params"]
        if message["method"] == "Runtime.exceptionThrown":
            details = parameters["exceptionDetails"]
            self.complaints.append(
                details.get("exception", {}).get("description", details["text"]))
        elif message["method"] == "Log.entryAdded":
            entry = parameters["entry"]
            if entry["level"] in ("error", "warning"):
                self.complaints.append(entry["text"])
        elif message["method"] == "Runtime.consoleAPICalled":
            if parameters["type"] in ("error", "warning", "assert"):
                self.complaints.append(str(parameters["args"]))
        elif message["method"] == "Network.requestWillBeSent":
            url = parameters["request"]["url"]
            if not url.startswith(("file:", "about:", "data:", "blob:")):
                self.complaints.append("a request to " + url)

    def call(self, method, seconds=60, **parameters):
        self.number += 1
        request = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            request["sessionId"] = self.session
        data = json.dumps(request).encode() + b"\0"
        while data:
            data = data[os.write(self.commands, data):]
        while True:
            message = self.receive(seconds)
            if message.get("id") == self.number:
                if "error" in message:
                    raise Failure("%s: %s" % (method, message["error"]["message"]))
                return message["result"]
            if "method" in message:
                self.note(message)

    def resize(self, width, height):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=1, mobile=False)

    def scheme(self, name):
        self.call("Emulation.setEmulatedMedia",
                  features=[{"name": "prefers-color-scheme", "value": name}])

    # Loads a file and returns how many seconds that took, its scripts and first frame included.
    def load(self, path, seconds=60):
        self.go("about:blank", seconds)
        start = time.monotonic()
        self.go("file://" + os.path.abspath(path), seconds)
        self.frame()
        return time.monotonic() - start

    def go(self, url, seconds):
        self.events.clear()
        self.call("Page.navigate", seconds=seconds, url=url)
        while "Page.loadEventFired" not in self.events:
            self.note(self.receive(seconds))

    # Waits until what was asked for is drawn.
    def frame(self):
        self.value("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame("
                   "() => done(1))))")

    def value(self, expression, seconds=60):
        answer = self.call("Runtime.evaluate", seconds=seconds, expression=expression,
                           awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            details = answer["exceptionDetails"]
            raise Failure("%s: %s" % (
                expression, details.get("exception", {}).get("description", details["text"])))
        return answer["result"].get("value")

    def wait_for(self, expression, seconds=10):
        end = time.monotonic() + seconds
        while not self.value(expression):
            if time.monotonic() > end:
                raise Failure("not so after %d seconds: %s" % (seconds, expression))
            time.sleep(0.03)

    def click(self, x, y, count=1):
        for clicks in range(1, count + 1):
            for kind in ("mousePressed", "mouseReleased"):
                self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left",
                          clickCount=clicks)

    def click_on(self, selector, count=1):
        box = self.value("(() => { const box = document.querySelector(%s)"
                         ".getBoundingClientRect(); return [box.x + box.width / 2, "
                         "box.y + box.height / 2]; })()" % json.dumps(selector))
        self.click(box[0], box[1], count)

    def move(self, x, y):
        self.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)

    # A key as a keyboard sends it: what it is called, and what it types, if anything.
    def key(self, name, shift=False):
        parameters = {"key": name, "modifiers": 8 if shift else 0}
        codes = {"Enter": 13, "Backspace": 8, "Escape": 27, "Tab": 9, "ArrowLeft": 37,
                 "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40, "Home": 36, "End": 35,
                 "PageUp": 33, "PageDown": 34}
        if name in codes:
            parameters.update(windowsVirtualKeyCode=codes[name], code=name)
        if len(name) == 1:
            parameters.update(text=name)
        elif name == "Enter":
            parameters.update(text="\r")
        self.call("Input.dispatchKeyEvent", type="keyDown", **parameters)
        parameters.pop("text", None)
        self.call("Input.dispatchKeyEvent", type="keyUp", **parameters)

    def type(self, text):
        self.call("Input.insertText", text=text)

    def screenshot(self, path):
        self.frame()
        data = self.call("Page.captureScreenshot", format="png")["data"]
        with open(path, "wb") as out:
            out.write(base64.b64decode(data))
