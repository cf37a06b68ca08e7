# tests/page/checks.py - what the page of reports must do, in a browser.
#
#   checks.py BROWSER PAGE FOLDER SCALE
#
# Each check is a function whose name begins with check_. SCALE divides the sizes of large trees.
import json
import os
import signal
import sys

import fixtures
from browser import Browser, Failure

minutes = 4


# Not a Failure, after which the next check would begin.
class OutOfTime(Exception):
    pass


def alarm(*unused):
    raise OutOfTime()


def expect(what, is_so, *seen):
    if not is_so:
        raise Failure(" ".join([what] + [repr(one) for one in seen]))


def same(what, seen, wanted):
    expect(what, seen == wanted, seen, wanted)


class Checks:
    def __init__(self, browser, page, folder, scale):
        self.browser = browser
        self.page = page
        self.folder = folder
        self.scale = scale

    # Shows reports in the page, as ownstat makes it.
    def show(self, now, old=None):
        path = os.path.join(self.folder, "shown.html")
        with open(path, "w", encoding="utf-8", errors="surrogatepass") as out:
            out.write(fixtures.fill(self.page, now, old))
        seconds = self.browser.load(path, 120)
        size = os.path.getsize(path)
        os.unlink(path)
        return seconds, size

    # The same by choosing a file.
    def open_file(self, texts, selector="#open"):
        paths = []
        for i, text in enumerate(texts):
            paths.append(os.path.join(self.folder, "report-%d.json" % i))
            with open(paths[-1], "w", encoding="utf-8") as out:
                out.write(text)
        root = self.browser.call("DOM.getDocument")["root"]["nodeId"]
        node = self.browser.call("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]
        self.browser.call("DOM.setFileInputFiles", nodeId=node, files=paths)

    def text(self, selector):
        return self.browser.value("document.querySelector(%s).textContent" % json.dumps(selector))

    def visible(self, selector):
        return self.browser.value(
            "document.querySelector(%s).checkVisibility()" % json.dumps(selector))

    # Rows of the table as they are in the document: lists of the texts of cells.
    def rows(self):
        return self.browser.value(
            "[...document.querySelectorAll('#body .row')].sort((a, b) => a.ariaRowIndex - "
            "b.ariaRowIndex).map((row) => [...row.children].map((cell) => cell.textContent))")

    # Where a node is on the screen: its number is found by its name.
    def place(self, name):
        return self.browser.value(
            "(() => { for (let node = 0; node < page.view.tree.count; node++) "
            "if (nodeName(page.view.tree, node) === %s) { "
            "const box = icicle.canvas.getBoundingClientRect(), view = page.view; "
            "return [box.x + (view.scale(view.layout.from[node]) + "
            "view.scale(view.layout.to[node])) / 2, "
            "box.y + view.tree.depth[node] * rowHeight - icicleTop() + rowHeight / 2]; } "
            "return null; })()" % json.dumps(name))

    # The colour of the canvas at a node, a little inside of its lower left corner.
    def colour(self, name):
        return self.browser.value(
            "(() => { for (let node = 0; node < page.view.tree.count; node++) "
            "if (nodeName(page.view.tree, node) === %s) { const view = page.view; "
            "const copy = new OffscreenCanvas(icicle.canvas.width, icicle.canvas.height)"
            ".getContext('2d', {willReadFrequently: true}); copy.drawImage(icicle.canvas, 0, 0); "
            "const pixel = copy.getImageData("
            "(view.scale(view.layout.from[node]) + 3) * view.ratio, "
            "(view.tree.depth[node] * rowHeight - icicleTop() + rowHeight - 4) * view.ratio, "
            "1, 1); return [...pixel.data]; } return null; })()" % json.dumps(name))

    def zoomed(self):
        return self.browser.value("nodeName(page.view.tree, page.zoom)")

    def selected(self):
        return self.browser.value("nodeName(page.view.tree, page.view.selected)")

    # Until a flight has ended, so that places are what they will be.
    def settle(self):
        self.browser.wait_for("(() => { const shown = page.view.scale.domain(), "
                              "wanted = domainOf(page.zoom); return Math.abs(shown[0] - wanted[0]) "
                              "+ Math.abs(shown[1] - wanted[1]) < 1e-6 * page.view.layout.weight[0]"
                              "; })()")
        self.browser.frame()

    def check_totals(self):
        report = fixtures.server()
        self.show(report)
        for member in ("bytes", "blocks", "reserved"):
            seen = self.browser.value(
                "[...document.querySelectorAll('#totals div')].find((div) => "
                "div.lastChild.textContent === '%s').firstChild.dataset.total" % member)
            same("the total of " + member, int(seen),
                 sum(one[member] for one in report["pools"]))
        expect("the number of pools", "107pools" in self.text("#totals"), self.text("#totals"))
        same("the program", self.text("#program"), "server")
        expect("the icicle is drawn", self.browser.value("page.view.drawn") > 8)
        same("the first row", self.rows()[0][:2], ["server", "3.03 MiB"])
        expect("equal siblings are together",
               any(row[0] == "session × 20" for row in self.rows()), self.rows())

    def check_zoom(self):
        self.show(fixtures.server())
        self.browser.click(*self.place("worker 2"))
        self.settle()
        same("a click zooms", self.zoomed(), "worker 2")
        same("the trail", self.browser.value(
            "[...document.querySelectorAll('#trail li')].map((item) => item.textContent)"),
            ["all pools", "server", "worker 2"])
        same("the table has what is below", {row[0] for row in self.rows()},
             {"worker 2", "session × 20", "request × 40", "another thread's"})
        self.browser.key("ArrowDown")
        same("down is the largest child", self.selected(), "session × 20")
        self.browser.key("Enter")
        self.settle()
        same("Enter zooms", self.zoomed(), "session × 20")
        self.browser.key("Backspace")
        self.browser.wait_for("nodeName(page.view.tree, page.zoom) === 'worker 2'")
        self.browser.click_on("#back")
        self.browser.wait_for("page.zoom === 0")
        expect("there is nothing to go back to",
               self.browser.value("document.querySelector('#back').disabled"))
        self.settle()
        self.browser.click(*self.place("cache"))
        self.settle()
        self.browser.click_on("#trail li:nth-child(2) button")
        self.settle()
        same("the trail zooms", self.zoomed(), "server")
        self.browser.value("history.back()")
        self.browser.wait_for("nodeName(page.view.tree, page.zoom) === 'cache'")
        self.browser.key("0")
        self.settle()
        same("0 zooms out", self.zoomed(), "all pools")
        x, y = self.place("cache")
        self.browser.call("Input.dispatchMouseEvent", type="mouseWheel", x=x, y=y, deltaX=0,
                          deltaY=-200, modifiers=2)
        self.browser.wait_for("page.view.scale.domain()[1] < page.view.layout.weight[0]")
        before = self.browser.value("page.view.scale.domain()")
        for kind, dx in (("mousePressed", 0), ("mouseMoved", 20), ("mouseMoved", 40),
                         ("mouseReleased", 40)):
            self.browser.call("Input.dispatchMouseEvent", type=kind, x=x + dx, y=y, button="left",
                              buttons=1, clickCount=1)
        after = self.browser.value("page.view.scale.domain()")
        expect("dragging to the right shows what is on the left", after[0] < before[0], before,
               after)
        same("and is not a click", self.zoomed(), "all pools")

    def check_search(self):
        report = fixtures.server()
        self.show(report)
        self.browser.key("/")
        self.browser.type("session")
        self.browser.wait_for("document.querySelector('#found').textContent !== ''")
        below = sum(one["bytes"] for one in report["pools"] if one["name"] in
                    ("session", "request"))
        same("nested matches count once", self.browser.value("page.view.search.total"), below)
        expect("what is told", self.text("#found").startswith("100 pools: "), self.text("#found"))
        same("only matches are in the table", len(self.rows()), 4)
        self.browser.frame()
        same("a match has the colour of matches", self.colour("session × 20"),
             self.browser.value("[...(() => { const one = d3.rgb(theme.colours.match); "
                                "return [one.r, one.g, one.b, 255]; })()]"))
        self.browser.key("Enter")
        expect("Enter goes to a match", self.selected().startswith(("session", "request")))
        self.browser.key("Escape")
        same("Escape ends it", [self.text("#found"), len(self.rows())], ["", 11])
        self.browser.key("/")
        self.browser.type("/^WORKER [12]$/")
        expect("an expression", self.text("#found").startswith("2 pools: "), self.text("#found"))
        self.browser.key("Escape")
        self.browser.key("/")
        self.browser.type("/(/")
        same("no expression", self.text("#found"), "not a regular expression")

    def check_sort(self):
        report = fixtures.many(3000)
        self.show(report)
        self.browser.key("m")
        expect("the document has the visible rows only", 5 < len(self.rows()) < 60,
               len(self.rows()))
        self.browser.click_on("#head [data-key=bytes]")
        largest = sorted((one["bytes"] for one in report["pools"]), reverse=True)
        same("the largest first", self.browser.value(
            "[...table.rows].slice(0, 50).map((node) => page.view.tree.now.own.bytes[node])"),
            largest[:50])
        same("it is said to be sorted", self.browser.value(
            "document.querySelector('#head [data-key=bytes]').ariaSort"), "descending")
        self.browser.click_on("#head [data-key=bytes]")
        same("the other way around", self.browser.value(
            "page.view.tree.now.own.bytes[table.rows[0]]"), largest[-1])
        self.browser.click_on("#head [data-key=name]")
        same("by name", self.browser.value(
            "[...table.rows].map((node) => page.view.tree.labels.name[page.view.tree.label[node]])"
        ), sorted(one["name"] for one in report["pools"]))
        self.browser.key("t")
        self.browser.key("End")
        last = self.browser.value("nodeName(page.view.tree, table.rows[2999])")
        same("End selects the last row", self.selected(), last)
        expect("and shows it", any(row[0] == last for row in self.rows()))
        self.browser.key("Home")
        same("Home selects the first one", self.browser.value(
            "table.rows.indexOf(page.view.selected)"), 0)

    def check_difference(self):
        old = fixtures.server()
        now = fixtures.server(48, 200000, 1764453600.5)
        self.show(now, old)

        def change(name):
            return (sum(one["bytes"] for one in now["pools"] if one["name"] == name) -
                    sum(one["bytes"] for one in old["pools"] if one["name"] == name))
        expect("the legend", self.visible("#legend"))
        red, _, blue, _ = self.colour("cache")
        expect("what grew is red", red > blue + 40, red, blue)
        red, _, blue, _ = self.colour("startup")
        expect("what shrank is blue", blue > red + 40, red, blue)
        same("changes are exact", self.browser.value(
            "Object.fromEntries(['cache', 'startup', 'statistics'].map((name) => [name, changeOf("
            "page.view.tree, page.view.tree.label.findIndex((label) => "
            "page.view.tree.labels.name[label] === name), 'bytes')]))"),
            {name: change(name) for name in ("cache", "startup", "statistics")})
        same("the largest growth first", self.rows()[1][:2], ["cache", "+1.53 MiB"])
        same("its colour in the table", self.browser.value(
            "document.querySelector('#body .grew') !== null"), True)
        self.browser.click_on("#swap")
        red, _, blue, _ = self.colour_after_frame("cache")
        expect("swapped, it shrank", blue > red + 40, red, blue)
        self.browser.key("m")
        expect("each by itself", not any("×" in row[0] for row in self.rows()))
        self.browser.click_on("#alone")
        expect("no comparison any more", not self.visible("#legend"))

    def colour_after_frame(self, name):
        self.browser.frame()
        return self.colour(name)

    def check_keys(self):
        self.show(fixtures.server())
        self.browser.key("?")
        expect("the help opens", self.visible("#help"))
        listed = self.text("#keys")
        for key in ("Backspace", "Enter", "/", "?", "PageDown"):
            expect("the help lists " + key, key in listed, listed)
        self.browser.key("Escape")
        expect("Escape closes the help", not self.visible("#help"))
        self.browser.key("b")
        same("b: the next measure", self.browser.value("page.view.measure"), "blocks")
        same("the width is of blocks", self.browser.value("page.view.layout.weight[0]"),
             sum(one["blocks"] for one in fixtures.server()["pools"]))
        self.browser.key("ArrowDown")
        self.browser.key("ArrowDown")
        self.browser.key("ArrowRight")
        expect("an arrow goes to the neighbour", self.selected() not in ("server", "cache"))
        self.browser.key("ArrowUp")
        same("up is the parent", self.selected(), "server")
        self.browser.key("t")
        self.browser.key("ArrowDown")
        same("down is the next row, in the table", self.browser.value(
            "table.rows.indexOf(page.view.selected)"), 1)

    def check_details(self):
        report = fixtures.server()
        self.show(report)
        self.browser.click_on('#body [data-node="%d"] span' % self.browser.value(
            "nodeWithId(page.view.tree, '%s')" % report["pools"][2]["id"]))
        seen = self.text("#details")
        for member in report["pools"][2]:
            expect("the details have " + member, self.browser.value(
                "[...document.querySelectorAll('#members dt')].some((term) => "
                "term.textContent === '%s')" % member))
        for text in ("8 MiB (8,388,608)", "about 2.19 MiB in 5,000 blocks", "own_buffer",
                     "0x7e0000000010", "cache_insert", "key_copy  (cache.c:88)",
                     "/usr/bin/server 0x2210", "has gone", "immortal", "held by worker 1"):
            expect("the details have " + text, text in seen, seen)
        self.browser.value("[...document.querySelectorAll('#details ul .link')].find((link) => "
                           "link.textContent === 'configuration').click()")
        same("a link goes to its pool", self.selected(), "configuration")
        expect("which is held by the other", "Held by (1)cache" in self.text("#details"))
        self.browser.value("select(0)")
        expect("the stacks of all pools",
               "Where blocks were allocated, with all pools below (2)" in self.text("#details"))
        self.browser.value("select(nodeWithId(page.view.tree, '%s'))" % next(
            one["id"] for one in report["pools"] if one["name"] == "session"))
        self.browser.key("]")
        expect("the second of equal siblings", "pool 2 of 20" in self.text("#choice"))

    def check_theme(self):
        self.browser.scheme("light")
        self.show(fixtures.server())

        def brightness():
            self.browser.frame()
            return self.browser.value(
                "(() => { const one = d3.rgb(getComputedStyle(document.body).backgroundColor); "
                "return one.r + one.g + one.b; })()")
        expect("light", brightness() > 600)
        self.browser.scheme("dark")
        expect("dark as the system is", brightness() < 150)
        expect("the canvas too", sum(self.colour("all pools")[:3]) < 300)
        self.browser.key("d")
        expect("the switch: light", brightness() > 600)
        self.browser.click_on("#theme")
        expect("the switch: dark", brightness() < 150)
        self.browser.click_on("#theme")
        self.browser.scheme("light")
        expect("as the system is again", brightness() > 600)
        self.browser.resize(400, 800)
        same("no part is wider than a narrow window", self.browser.value(
            "document.documentElement.scrollWidth"), 400)
        self.browser.resize(1280, 800)

    def check_hostile_names(self):
        report = fixtures.hostile()
        self.show(report, fixtures.hostile())
        self.show(report)
        self.browser.key("m")
        for one in report["pools"]:
            self.browser.value("select(nodeWithId(page.view.tree, '%s'))" % one["id"])
            same("a name is its text", self.browser.value(
                "[...document.querySelectorAll('#members dt')].find((term) => "
                "term.textContent === 'name').nextSibling.textContent"), one["name"])
        self.browser.move(*self.place(fixtures.hostile_names[0]))
        self.browser.wait_for("!icicle.tip.hidden")
        same("in the tip too", self.text("#tip p"), fixtures.hostile_names[0])
        same("no name made elements", self.browser.value(
            "document.querySelectorAll('img, svg, b > *, #details script').length"), 0)
        same("no name was run", self.browser.value("window.broken"), None)

    def check_messages(self):
        self.show(None)
        expect("it offers to open a file", self.visible("#welcome"))
        good = fixtures.server()
        for change, wanted in (
                ({"format": "other"}, 'its format is "other"'),
                ({"version": 2}, "its version is 2"),
                ({"program": 1}, '"program" is not a string'),
                ({"pools": None}, '"pools" is not an array'),
                ({"pools": [dict(good["pools"][0], bytes="1")]}, "pools[0].bytes is not a number"),
                ({"pools": good["pools"][::-1]}, "comes before its parent"),
                ({"pools": good["pools"][:1] * 2}, "pools[1] has the id of another"),
                ({"sites": [{"pool": "0x1", "stack": 9, "blocks": 1, "bytes": 1}]}, "sites[0]"),
                ({"sites": [{"pool": "0x1", "stack": "length", "blocks": 1, "bytes": 1}]},
                 "sites[0]")):
            self.open_file([json.dumps(dict(good, **change))])
            self.browser.wait_for("document.querySelector('#message').textContent.includes(%s)" %
                                  json.dumps(wanted))
            expect("the page is whole", self.visible("#message") and self.visible("#welcome"))
        for text in ("", "nothing", "[]", "null", '{"format":'):
            self.open_file([text])
            self.browser.wait_for("/not JSON|not a report/.test(document.querySelector('#message')"
                                  ".textContent)")
        self.show(dict(good, version=3))
        expect("in the page too", "its version is 3" in self.text("#message"))
        self.open_file([json.dumps(good)])
        self.browser.wait_for("page.view !== null")
        expect("a good one is shown", self.visible("#icicle") and not self.visible("#message"))
        self.open_file([json.dumps(fixtures.server(2, 0, 1))], "#compare")
        self.browser.wait_for("page.old !== null")
        self.open_file([json.dumps(good), json.dumps(fixtures.server(48, 9, 1764453600.5))])
        self.browser.wait_for("page.old !== null && page.old.report.time === 1764450000.25")
        unknown = dict(good, more={"a": 1})
        unknown["pools"] = [dict(one, colour=["<b>"]) for one in good["pools"]]
        self.open_file([json.dumps(unknown)])
        self.browser.wait_for("page.now.report.more !== undefined")
        self.open_file([json.dumps(fixtures.report([]))])
        self.browser.wait_for("page.now.count === 0")
        expect("an empty report", self.visible("#nothing"))

    def open_large(self, what, now, old=None):
        seconds, size = self.show(now, old)
        draw = self.browser.value(
            "(() => { const start = performance.now(); drawTree(page.view, icicleTop()); "
            "return performance.now() - start; })()")
        search = self.browser.value(
            "(() => { const start = performance.now(); document.getElementById('search').value = "
            "'1'; searched(); return performance.now() - start; })()")
        print("   %s: %d pools, %.1f MB, open in %.1f s, drawn in %.0f ms (%d rectangles), "
              "searched and sorted in %.0f ms" % (
                  what, len(now["pools"]), size / 1e6, seconds, draw,
                  self.browser.value("page.view.drawn"), search))
        expect("it opens in seconds", seconds < 60, seconds)

    def check_many(self):
        count = 100000 // self.scale
        report = fixtures.many(count)
        self.open_large("random", report)
        expect("less is drawn than there is, and no more than there are pixels",
               self.browser.value("page.view.drawn < Math.min(page.view.tree.count, "
                                  "page.view.width * page.view.height / rowHeight)"))
        expect("few rows in the document", len(self.rows()) < 60)
        self.browser.key("m")
        same("each by itself", self.browser.value("page.view.tree.count"), count + 1)
        same("the total", self.browser.value("page.view.tree.now.total.bytes[0]"),
             sum(one["bytes"] for one in report["pools"]))
        self.open_large("difference", report, fixtures.many(count, seed=2))

    def check_wide(self):
        count = 100000 // self.scale
        self.open_large("siblings", fixtures.wide(count))
        expect("a pixel stands for many", self.browser.value(
            "page.view.drawn <= 2 * page.view.width + 10"))

    def check_chain(self):
        depth = 100000
        self.open_large("chain", fixtures.chain(depth))
        self.browser.value("document.getElementById('search').value = ''; searched(); "
                           "zoomTo(page.view.layout.order[%d])" % depth)
        self.settle()
        same("the deepest one", self.zoomed(), "link %d" % (depth - 1))
        expect("is in view", self.browser.value(
            "(() => { const y = %d * rowHeight - icicleTop(); return y >= 0 && "
            "y < page.view.height; })()" % depth))
        expect("its trail is short", self.browser.value(
            "document.querySelectorAll('#trail li').length") < 20)
        self.browser.key("m")
        self.settle()
        same("still there", self.zoomed(), "link %d" % (depth - 1))


def main():
    program, page, folder, scale = sys.argv[1:]
    signal.signal(signal.SIGALRM, alarm)
    signal.signal(signal.SIGTERM, alarm)
    signal.alarm(60 * minutes)
    with open(page, encoding="utf-8") as source:
        text = source.read()
    failed = 0
    names = [name for name in vars(Checks) if name.startswith("check_")]
    with Browser(program, folder) as browser:
        checks = Checks(browser, text, folder, int(scale))
        for name in names:
            try:
                getattr(checks, name)()
                same("complaints of the browser", browser.complaints, [])
                print("ok: " + name[6:])
            except Failure as failure:
                failed += 1
                print("FAIL: %s: %s" % (name[6:], failure))
            browser.complaints.clear()
            sys.stdout.flush()
    print("%d checks, %d failed" % (len(names), failed))
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except OutOfTime:
        print("FAIL: stopped, at the latest after %d minutes" % minutes)
        sys.exit(1)
