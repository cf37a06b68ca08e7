// draw.js - draws the visible part of the tree: rectangles under a pixel are drawn as one.
//
// The work is bounded by the size of the canvas: a row's first visible node is found by bisection,
// and so is the end of each run of nodes that share a pixel.
'use strict';

const rowHeight = 20;
const labelInset = 4;
const leastLabelWidth = 24;
const longestLabel = 400;

// The first place in order[low..high) whose node ends after `value`.
function firstEndingAfter(layout, low, high, value) {
    while (low < high) {
        const middle = (low + high) >>> 1;
        if (layout.to[layout.order[middle]] > value) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

// Sums along `order`, so that the sum of a run is one subtraction.
function sumsAlong(layout, value) {
    const sums = new Float64Array(layout.order.length + 1);
    layout.order.forEach(function (node, i) {
        sums[i + 1] = sums[i] + value(node);
    });
    return sums;
}

function fitText(context, text, width) {
    let fitted = text.length > longestLabel ? text.slice(0, longestLabel) : text;
    const needed = context.measureText(fitted).width;
    if (needed <= width && fitted.length === text.length) {
        return fitted;
    }
    fitted = fitted.slice(0, Math.min(fitted.length, Math.ceil(fitted.length * width / needed)));
    while (fitted !== '' && context.measureText(fitted + '…').width > width) {
        fitted = fitted.slice(0, -1);
    }
    return fitted === '' ? '' : fitted + '…';
}

function nodeColour(view, node) {
    const {tree, measure} = view;
    if (tree.old) {
        return changeColour(changeOf(tree, node, measure),
            Math.max(tree.now.total[measure][node], tree.old.total[measure][node]));
    }
    return node === 0 ? theme.colours.fill : theme.colours.hues[view.hues[tree.label[node]]];
}

function amountText({tree, measure}, node) {
    return tree.old ? formatChange(measure, changeOf(tree, node, measure)) :
        formatAmount(measure, tree.now.total[measure][node]);
}

function drawNode(view, node, x, y, width) {
    const {context} = view;
    const dimmed = view.search && !view.search.match[node];
    context.globalAlpha = dimmed ? 0.35 : 1;
    context.fillStyle = view.search && !dimmed ? theme.colours.match : nodeColour(view, node);
    context.fillRect(x, y, Math.max(1, width - 1), rowHeight - 1);
    context.globalAlpha = dimmed ? 0.75 : 1;
    if (width >= leastLabelWidth) {
        const text = nodeName(view.tree, node);
        const share = width > 220 ? '  ' + amountText(view, node) : '';
        const fitted = fitText(context, text, width - 2 * labelInset);
        context.fillStyle = theme.colours.text;
        context.fillText(fitted, x + labelInset, y + rowHeight / 2);
        const rest = width - 2 * labelInset - context.measureText(fitted).width;
        if (share !== '' && fitted === text && context.measureText(share).width <= rest) {
            context.fillStyle = theme.colours.faint;
            context.textAlign = 'right';
            context.fillText(share, x + width - labelInset - 1, y + rowHeight / 2);
            context.textAlign = 'left';
        }
    }
    context.globalAlpha = 1;
}

// Nodes low to high - 1 of `order` lie in one pixel.
function drawRun(view, low, high, x, y) {
    const {context} = view;
    const found = view.search && view.search.along[high] > view.search.along[low];
    context.globalAlpha = view.search && !found ? 0.35 : 1;
    if (found) {
        context.fillStyle = theme.colours.match;
    } else if (view.changes) {
        context.fillStyle = changeColour(view.changes[high] - view.changes[low],
            view.largest[high] - view.largest[low]);
    } else {
        context.fillStyle = theme.colours.many;
    }
    context.fillRect(x, y, 1, rowHeight - 1);
    context.globalAlpha = 1;
}

function drawRow(view, row, y) {
    const {layout, scale, width} = view;
    const [from, to] = scale.domain();
    const end = layout.rowStart[row + 1];
    let i = firstEndingAfter(layout, layout.rowStart[row], end, from);
    let drawn = 0;
    while (i < end && layout.from[layout.order[i]] < to) {
        const node = layout.order[i];
        const left = Math.max(0, scale(layout.from[node]));
        const right = Math.min(width, scale(layout.to[node]));
        drawn++;
        if (right - left >= 1) {
            drawNode(view, node, left, y, right - left);
            i++;
            continue;
        }
        const pixel = Math.floor(left);
        const next = Math.max(i + 1, firstEndingAfter(layout, i, end, scale.invert(pixel + 1)));
        if (layout.to[node] > layout.from[node]) {
            drawRun(view, i, next, pixel, y);
        }
        i = next;
    }
    return drawn;
}

function outline(view, node, top, colour) {
    const {context, layout, scale, width} = view;
    const left = Math.max(0, scale(layout.from[node]));
    const right = Math.min(width, scale(layout.to[node]));
    const y = view.tree.depth[node] * rowHeight - top;
    if (right > left && y > -rowHeight && y < view.height) {
        context.strokeStyle = colour;
        context.lineWidth = 2;
        context.strokeRect(left + 1, y + 1, Math.max(1, right - left - 3), rowHeight - 3);
    }
}

// Draws rows from `top`, in pixels from the first row. Returns how many rectangles there were.
function drawTree(view, top) {
    const {context, layout, width, height} = view;
    context.setTransform(view.ratio, 0, 0, view.ratio, 0, 0);
    context.fillStyle = theme.colours.paper;
    context.fillRect(0, 0, width, height);
    context.font = view.font;
    context.textBaseline = 'middle';
    let drawn = 0;
    const first = Math.max(0, Math.floor(top / rowHeight));
    const last = Math.min(layout.rows, Math.ceil((top + height) / rowHeight));
    for (let row = first; row < last; row++) {
        drawn += drawRow(view, row, row * rowHeight - top);
    }
    outline(view, view.selected, top, theme.colours.accent);
    if (view.hovered >= 0) {
        outline(view, view.hovered, top, theme.colours.faint);
    }
    return drawn;
}
