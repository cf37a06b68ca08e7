// main.js - what is shown now, and how the parts of the page follow when that changes.
//
// page.now and page.old are snapshots; page.view is what follows from them: the tree, its layout by
// the measure, the search, the selection. page.zoom is the node that the icicle and the table show.
'use strict';

const page = {now: null, old: null, merge: true, measure: 'bytes', zoom: 0, steps: 0, view: null};

function select(node) {
    if (page.view.selected !== node) {
        details.index = 0;
        page.view.selected = node;
    }
    showDetails();
    d3.select('#status').text(nodeName(page.view.tree, node) + ': ' + describe(node));
    drawTable();
    drawSoon();
}

// Brings a node into the icicle's view: out to all pools, if need be.
function reveal(node) {
    const {layout, scale, tree} = page.view;
    const [from, to] = scale.domain();
    if (layout.weight[node] > 0 && (layout.to[node] <= from || layout.from[node] >= to)) {
        zoomTo(0);
    }
    scrollToRow(tree.depth[node]);
    drawSoon();
}

function showZoom(node, animated) {
    page.zoom = node;
    flyTo(node, animated);
    showTrail();
    d3.select('#back').property('disabled', page.steps === 0);
    chooseRows();
    drawSoon();
}

// The browser's back button, the page's, and the key lead to what was shown before.
function zoomTo(node) {
    if (node === page.zoom) {
        flyTo(node, true);
        return;
    }
    page.steps++;
    const id = idOfNode(page.view.tree, node);
    window.history.pushState({id, steps: page.steps}, '', '#' + encodeURIComponent(id));
    showZoom(node, true);
}

function back() {
    if (page.steps > 0) {
        window.history.back();
    }
}

// The id of a pool behind the # of the address, which anybody may have written.
function idInAddress() {
    try {
        return decodeURIComponent(window.location.hash.slice(1));
    } catch (error) {
        return '';
    }
}

function returned(event) {
    if (!page.view) {
        return;
    }
    const state = event.state || {id: idInAddress(), steps: 0};
    page.steps = state.steps;
    const node = state.id ? nodeWithId(page.view.tree, state.id) : 0;
    showZoom(node, true);
    select(node);
}

// The layout by another measure, and what hangs on it.
function measureView() {
    const {view} = page;
    const {tree} = view;
    view.measure = page.measure;
    view.layout = layOut(tree, view.measure);
    view.changes = null;
    if (tree.old) {
        const {total} = tree.old;
        view.changes = sumsAlong(view.layout, (node) => changeOf(tree, node, view.measure));
        view.largest = sumsAlong(view.layout, (node) =>
            Math.max(tree.now.total[view.measure][node], total[view.measure][node]));
    }
    view.scale = null;
    resizeIcicle();
    d3.select('#nothing').property('hidden', view.layout.weight[0] > 0)
        .text('Nothing has a width here: no pool has any ' + view.measure + '. Press b for ' +
            'another measure.');
    showSearch();
    showTrail();
    showZoom(page.zoom, false);
    select(view.selected);
}

function makeView() {
    const kept = page.view;
    const tree = buildTree(page.now, page.old, page.merge);
    const zoomId = kept ? idOfNode(kept.tree, page.zoom) : '';
    const selectedId = kept ? idOfNode(kept.tree, kept.selected) : '';
    page.zoom = nodeWithId(tree, zoomId);
    details.wanted = selectedId;
    page.view = {
        context: icicle.canvas.getContext('2d', {alpha: false}),
        font: '12px ' + window.getComputedStyle(document.body).fontFamily,
        tree, hues: Uint8Array.from(tree.labels.name, hueOf), hovered: -1, search: null,
        selected: nodeWithId(tree, selectedId),
    };
    makeColumns(tree);
    measureView();
}

function setMerge(merge) {
    page.merge = merge;
    document.getElementById('merge').checked = merge;
    makeView();
}

function setMeasure(measure) {
    page.measure = measure;
    document.getElementById('measure').value = measure;
    measureView();
}

function nextMeasure() {
    setMeasure(measures[(measures.indexOf(page.measure) + 1) % measures.length]);
}

function changeTheme() {
    nextTheme();
    drawSoon();
}

function searched() {
    showSearch();
    chooseRows();
    drawSoon();
}

function showFacts() {
    const {report} = page.now;
    const {now, old} = page.view.tree;
    document.title = report.program + ' (' + report.process + ') - libown report';
    d3.select('#program').text(report.program);
    d3.select('#facts').text('process ' + report.process + ', ' + formatTime(report.time) +
        ', libown ' + report.library +
        (page.old ? ', compared with ' + formatTime(page.old.report.time) : ''));
    const tiles = d3.select('#totals').selectAll('div').data(measures).join('div').text('');
    tiles.append('b').attr('title', (measure) => formatExact(measure, now.total[measure][0]))
        .attr('data-total', (measure) => now.total[measure][0])
        .text((measure) => formatAmount(measure, now.total[measure][0]));
    tiles.append('span').text((measure) => measure);
    if (old) {
        tiles.append('span').attr('class', function (measure) {
            const change = now.total[measure][0] - old.total[measure][0];
            return change > 0 ? 'grew' : change < 0 ? 'shrank' : '';
        }).text((measure) => formatChange(measure,
            now.total[measure][0] - old.total[measure][0]));
    }
    d3.selectAll('.comparing').property('hidden', !old);
}

function showSnapshots(now, old) {
    page.now = now;
    page.old = old;
    page.view = null;
    page.zoom = 0;
    page.steps = 0;
    details.wanted = null;
    d3.select('#welcome').property('hidden', true);
    d3.selectAll('.loaded').property('hidden', false);
    makeView();
    showFacts();
    const id = idInAddress();
    if (id !== '' && nodeWithId(page.view.tree, id) > 0) {
        showZoom(nodeWithId(page.view.tree, id), false);
        select(page.zoom);
    }
}

function start() {
    startTheme(drawSoon);
    startIcicle();
    startTable();
    startFiles();
    startKeys();
    window.addEventListener('popstate', returned);
    d3.select('#back').on('click', back);
    d3.select('#out').on('click', () => zoomTo(0));
    d3.select('#theme').on('click', changeTheme);
    d3.select('#keys-button').on('click', () => document.getElementById('help').showModal());
    d3.select('#message button').on('click', () => showMessage(''));
    d3.select('#swap').on('click', () => showSnapshots(page.old, page.now));
    d3.select('#alone').on('click', () => showSnapshots(page.now, null));
    d3.select('#measure').on('change', function () {
        setMeasure(this.value);
    }).selectAll('option').data(measures).join('option').text((measure) => measure);
    d3.select('#merge').on('change', function () {
        setMerge(this.checked);
    });
    d3.select('#search').on('input', searched);
    d3.select('#matches-only').on('change', searched);
    const now = embedded('own-report', 'The report in this page');
    const old = now ? embedded('own-report-old', 'The older report in this page') : null;
    if (now) {
        showSnapshots(now, old);
    }
}

start();
