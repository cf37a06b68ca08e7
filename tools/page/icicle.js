// icicle.js - the icicle: its canvas, what the pointer is on, and how it is zoomed and scrolled.
//
// Rows are scrolled by the browser, in a box with a canvas that stays where it is. Across, d3.zoom
// has the position: page.view.scale is the scale of what can be seen.
'use strict';

const mostScroll = 3000000; // pixels: beyond, browsers round positions, or cut elements off
const leastHeight = 130;
const flight = 250;         // milliseconds
const closest = 1e12;
const noMotion = window.matchMedia('(prefers-reduced-motion: reduce)');
const icicle = {};

function nodeAt(x, y) {
    const {layout, scale} = page.view;
    const row = Math.floor((y + icicleTop()) / rowHeight);
    if (row < 0 || row >= layout.rows) {
        return -1;
    }
    const value = scale.invert(x);
    const end = layout.rowStart[row + 1];
    const i = firstEndingAfter(layout, layout.rowStart[row], end, value);
    return i < end && layout.from[layout.order[i]] <= value ? layout.order[i] : -1;
}

// The whole is taller than what the browser scrolls, where there are very many rows.
function wholeHeight() {
    return page.view.layout.rows * rowHeight;
}

function scrollFactor() {
    const {height} = page.view;
    const space = Math.min(mostScroll, wholeHeight());
    return space > height ? (wholeHeight() - height) / (space - height) : 1;
}

function icicleTop() {
    return icicle.box.scrollTop * scrollFactor();
}

function scrollToRow(row) {
    const {height} = page.view;
    const y = row * rowHeight;
    const top = icicleTop();
    if (y < top) {
        icicle.box.scrollTop = y / scrollFactor();
    } else if (y + rowHeight > top + height) {
        icicle.box.scrollTop = (y + rowHeight - height) / scrollFactor();
    }
}

// Scrolls so that there is room for what is below the row, with a few rows of what is above it.
function showBelow(row) {
    const offset = row * rowHeight - icicleTop();
    if (offset < 0 || offset > page.view.height / 2) {
        icicle.box.scrollTop = Math.max(0, row - 3) * rowHeight / scrollFactor();
    }
}

function drawSoon() {
    if (!icicle.waiting) {
        icicle.waiting = window.requestAnimationFrame(function () {
            icicle.waiting = 0;
            if (page.view) {
                page.view.drawn = drawTree(page.view, icicleTop());
            }
        });
    }
}

function baseScale() {
    return d3.scaleLinear().domain([0, Math.max(page.view.layout.weight[0], 1)])
        .range([0, page.view.width]);
}

function transformTo(from, to) {
    const whole = Math.max(page.view.layout.weight[0], 1);
    const k = Math.min(closest, whole / (to - from));
    return d3.zoomIdentity.translate(-from / whole * page.view.width * k, 0).scale(k);
}

// A node without any bytes has no width: what is around it is shown instead.
function domainOf(node) {
    const {layout, tree} = page.view;
    while (node > 0 && layout.weight[node] <= 0) {
        node = tree.parent[node];
    }
    return layout.weight[node] > 0 ? [layout.from[node], layout.to[node]] : [0, 1];
}

function flyTo(node, animated) {
    const [from, to] = domainOf(node);
    const target = transformTo(from, to);
    const canvas = d3.select(icicle.canvas);
    canvas.interrupt();
    if (animated && !noMotion.matches) {
        canvas.transition().duration(flight).call(icicle.zoom.transform, target);
    } else {
        canvas.call(icicle.zoom.transform, target);
    }
    showBelow(page.view.tree.depth[node]);
}

// Before version 6, D3 has the event in d3.event and gives the listener the datum.
function zoomed(given) {
    const event = d3.event || given;
    const view = page.view;
    if (!view) {
        return;
    }
    view.scale = event.transform.rescaleX(baseScale());
    const source = event.sourceEvent;
    const dragged = source && /^(mouse|touch|pointer)move$/.test(source.type);
    if (dragged && icicle.lastY !== undefined) {
        icicle.box.scrollTop -= (event.transform.y - icicle.lastY) / scrollFactor();
    }
    icicle.lastY = event.transform.y;
    hideTip();
    drawSoon();
}

function resizeIcicle() {
    const view = page.view;
    if (!view) {
        return;
    }
    icicle.box.style.maxHeight = Math.max(leastHeight, wholeHeight() + rowHeight) + 'px';
    const shown = view.scale ? view.scale.domain() : domainOf(page.zoom);
    view.ratio = window.devicePixelRatio || 1;
    view.width = Math.max(1, icicle.box.clientWidth);
    view.height = Math.max(1, icicle.box.clientHeight);
    icicle.canvas.width = Math.round(view.width * view.ratio);
    icicle.canvas.height = Math.round(view.height * view.ratio);
    icicle.canvas.style.width = view.width + 'px';
    icicle.canvas.style.height = view.height + 'px';
    icicle.space.style.height =
        Math.max(0, Math.min(mostScroll, wholeHeight()) - view.height) + 'px';
    icicle.zoom.extent([[0, 0], [view.width, view.height]])
        .translateExtent([[0, -Infinity], [view.width, Infinity]]);
    d3.select(icicle.canvas).interrupt()
        .call(icicle.zoom.transform, transformTo(shown[0], shown[1]));
}

function describe(node) {
    const {tree, layout, measure} = page.view;
    const whole = layout.weight[0];
    const unit = measure === 'bytes' ? ' ' : ' ' + measure + ' ';
    let text = formatAmount(measure, tree.now.total[measure][node]) + unit + 'with all below, ' +
        formatAmount(measure, tree.now.own[measure][node]) + ' of its own, ' +
        formatShare(layout.weight[node], whole) + ' of all';
    if (tree.old) {
        text += ', ' + formatChange(measure, changeOf(tree, node, measure));
    }
    return text;
}

function hideTip() {
    icicle.tip.hidden = true;
}

function showTip(event, node) {
    const tip = d3.select(icicle.tip);
    tip.selectAll('p').data([nodeName(page.view.tree, node), nodeSite(page.view.tree, node),
        describe(node)].filter((line) => line !== '')).join('p').text((line) => line);
    icicle.tip.hidden = false;
    const {innerWidth, innerHeight} = window;
    const {offsetWidth, offsetHeight} = icicle.tip;
    icicle.tip.style.left = Math.max(4, Math.min(event.clientX + 14,
        innerWidth - offsetWidth - 8)) + 'px';
    icicle.tip.style.top = Math.max(4, event.clientY + 18 + offsetHeight > innerHeight ?
        event.clientY - offsetHeight - 12 : event.clientY + 18) + 'px';
}

function pointerMoved(event) {
    const box = icicle.canvas.getBoundingClientRect();
    const node = page.view ? nodeAt(event.clientX - box.left, event.clientY - box.top) : -1;
    if (node >= 0 && event.buttons === 0) {
        showTip(event, node);
    } else {
        hideTip();
    }
    if (page.view && page.view.hovered !== node) {
        page.view.hovered = node;
        icicle.canvas.style.cursor = node >= 0 ? 'pointer' : 'default';
        drawSoon();
    }
}

function startIcicle() {
    icicle.box = document.getElementById('rows');
    icicle.canvas = document.getElementById('icicle');
    icicle.space = document.getElementById('space');
    icicle.tip = document.getElementById('tip');
    icicle.zoom = d3.zoom().scaleExtent([1, closest]).clickDistance(4).on('zoom', zoomed)
        .filter(function (given) {
            const event = d3.event || given;
            return event.type === 'wheel' ? event.ctrlKey || event.metaKey : !event.button;
        });
    d3.select(icicle.canvas).call(icicle.zoom).on('dblclick.zoom', null);
    icicle.box.addEventListener('scroll', function () {
        hideTip();
        drawSoon();
    });
    icicle.canvas.addEventListener('pointermove', pointerMoved);
    icicle.canvas.addEventListener('pointerleave', function () {
        hideTip();
        if (page.view) {
            page.view.hovered = -1;
            drawSoon();
        }
    });
    icicle.canvas.addEventListener('click', function (event) {
        const box = icicle.canvas.getBoundingClientRect();
        const node = nodeAt(event.clientX - box.left, event.clientY - box.top);
        if (node >= 0) {
            select(node);
            zoomTo(node);
        }
    });
    new ResizeObserver(resizeIcicle).observe(icicle.box);
}
