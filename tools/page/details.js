// details.js - all that a report says of one pool. Every text is set as text, never as markup.
'use strict';

const listStep = 100; // items of a list that are shown at first, and more at each request
const trailEnd = 6;   // pools of a path that are shown at either of its ends
const poolOrder = ['id', 'name', 'site', 'parent', 'shared', 'apart', 'references', 'blocks',
    'bytes', 'reserved', 'peak', 'children', 'held', 'deferred', 'limit'];
const details = {index: 0};

function goTo(id) {
    const node = nodeWithId(page.view.tree, id);
    if (node > 0) {
        details.wanted = id;
        select(node);
        reveal(node);
    }
}

// A button that leads to a pool, where the report has that pool; else its id, or "null".
function poolLink(parent, snapshot, id) {
    const pool = typeof id === 'string' ? snapshot.byId.get(id) : undefined;
    if (pool === undefined) {
        parent.append('code').text(id === undefined ? '' : String(id));
        return;
    }
    parent.append('button').attr('type', 'button').attr('class', 'link').attr('title', id)
        .text(snapshot.report.pools[pool].name.trim() || id).on('click', () => goTo(id));
}

function term(list, name, value) {
    list.append('dt').text(name);
    const cell = list.append('dd');
    if (typeof value === 'function') {
        value(cell);
    } else {
        cell.text(value);
    }
}

// A list of which the first items are there, and a button for more.
function longList(parent, title, items, show) {
    if (items.length === 0) {
        return;
    }
    parent.append('h3').text(title + ' (' + formatCount(items.length) + ')');
    const list = parent.append('ul');
    const more = parent.append('button').attr('type', 'button').attr('class', 'more');
    let shown = 0;
    function add() {
        const end = Math.min(items.length, shown + listStep);
        for (; shown < end; shown++) {
            show(list.append('li'), items[shown]);
        }
        more.property('hidden', shown === items.length)
            .text(formatCount(items.length - shown) + ' more');
    }
    more.on('click', add);
    add();
}

function textOf(member, value) {
    if (typeof value === 'number' && (isBytes(member) || poolNumbers.includes(member))) {
        return formatExact(member, value);
    }
    if (member === 'references') {
        return value === null ? 'immortal' : String(value);
    }
    return typeof value === 'string' ? value : JSON.stringify(value);
}

function showMembers(parent, snapshot, pool, older) {
    const list = parent.append('dl').attr('id', 'members');
    const members = poolOrder.filter((member) => member in pool);
    members.push(...Object.keys(pool).filter((member) => !poolOrder.includes(member)));
    for (const member of members) {
        term(list, member, function (cell) {
            if (member === 'parent') {
                poolLink(cell, snapshot, pool.parent);
                return;
            }
            cell.append('span').text(textOf(member, pool[member]));
            const change = older && typeof pool[member] === 'number' &&
                typeof older[member] === 'number' ? pool[member] - older[member] : 0;
            if (change !== 0) {
                cell.append('span').attr('class', change > 0 ? 'grew' : 'shrank')
                    .text(' ' + formatChange(member, change));
            }
        });
    }
    if (pool.apart) {
        parent.append('p').attr('class', 'note').text('Another thread uses this confined pool: ' +
            'only what is reserved for it is known.');
    }
}

function showHold(item, snapshot, hold) {
    const pool = snapshot.byId.get(hold.object);
    if (pool !== undefined || hold.name !== undefined) {
        item.append('span').text('pool ');
        poolLink(item, snapshot, hold.object);
    } else {
        item.append('b').text(String(hold.type));
        item.append('span').text(' ');
        item.append('code').text(hold.object);
    }
    const parts = [];
    if (hold.size !== undefined) {
        parts.push(formatBytes(hold.size));
    }
    parts.push(hold.references === null ? 'immortal' : formatCount(hold.references) +
        (hold.references === 1 ? ' reference' : ' references'));
    item.append('span').text(': ' + parts.join(', '));
    if (hold.to === null) {
        item.append('span').text(', to an object that has gone');
    } else if (hold.to !== undefined) {
        item.append('span').text(', to ');
        poolLink(item, snapshot, hold.to);
    }
    const others = (itemsOf(snapshot).holders.get(hold.object) || [])
        .filter((i) => snapshot.report.holds[i].pool !== hold.pool);
    if (others.length > 0) {
        item.append('span').text(', held by ');
        poolLink(item, snapshot, snapshot.report.holds[others[0]].pool);
        if (others.length > 1) {
            item.append('span').text(' and ' + formatCount(others.length - 1) + ' more');
        }
    }
}

// ownstat adds `source`, "file:line", where addr2line has found it.
function frameText(frame) {
    const place = frame.source === undefined ? String(frame.module) + ' ' + String(frame.offset) :
        String(frame.source);
    return frame.function === undefined ? place : frame.function + '  (' + place + ')';
}

function showSite(item, snapshot, site) {
    item.append('span').text('about ' + formatBytes(site.bytes) + ' in ' +
        formatCount(site.blocks) + (site.blocks === 1 ? ' block' : ' blocks'));
    item.append('ol').attr('class', 'stack').selectAll('li')
        .data(snapshot.report.stacks[site.stack]).join('li').text(frameText)
        .attr('title', (frame) => String(frame.module) + ' ' + String(frame.offset));
}

function showItems(parent, snapshot, id) {
    const {report} = snapshot;
    const items = itemsOf(snapshot);
    const sites = (items.sites.get(id) || []).map((i) => report.sites[i])
        .sort((a, b) => b.bytes - a.bytes);
    longList(parent, 'Where its blocks were allocated', sites,
        (item, site) => showSite(item, snapshot, site));
    longList(parent, 'Holds', (items.holds.get(id) || []).map((i) => report.holds[i]),
        (item, hold) => showHold(item, snapshot, hold));
    longList(parent, 'Held by', (items.holders.get(id) || []).map((i) => report.holds[i].pool),
        (item, holder) => poolLink(item, snapshot, holder));
}

// From the root to the node: [nodes], with -1 where some are left out.
function pathOf(tree, node) {
    const path = [];
    for (let at = node; at >= 0; at = tree.parent[at]) {
        path.push(at);
    }
    path.reverse();
    return path.length <= 2 * trailEnd ? path :
        [...path.slice(0, trailEnd), -1, ...path.slice(-trailEnd)];
}

function showTrail() {
    const {tree} = page.view;
    d3.select('#trail').selectAll('li').data(pathOf(tree, page.zoom)).join('li').text('')
        .each(function (node) {
            const item = d3.select(this);
            if (node < 0) {
                const left = tree.depth[page.zoom] + 1 - 2 * trailEnd;
                item.text('… ' + formatCount(left) + ' more …');
                return;
            }
            item.append('button').attr('type', 'button').attr('class', 'link')
                .attr('aria-current', node === page.zoom ? 'location' : null)
                .text(nodeName(tree, node)).on('click', () => zoomTo(node));
        });
}

function showSums(parent, node) {
    const {tree} = page.view;
    const list = parent.append('dl').attr('id', 'sums');
    for (const measure of measures) {
        term(list, measure, function (cell) {
            cell.append('span').text(formatExact(measure, tree.now.total[measure][node]));
            if (tree.old) {
                const change = changeOf(tree, node, measure);
                cell.append('span').attr('class', change > 0 ? 'grew' : change < 0 ? 'shrank' : '')
                    .text(' ' + formatChange(measure, change));
            }
        });
    }
}

// Where the blocks of a node and of all below it were allocated: the sites of one stack together.
function showSitesBelow(parent, node) {
    const {tree} = page.view;
    const snapshot = tree.snapshots[0];
    if (snapshot.report.sites.length === 0) {
        return;
    }
    const inside = insideOf(tree, node);
    const byStack = new Map();
    for (const site of snapshot.report.sites) {
        const pool = snapshot.byId.get(site.pool);
        if (pool === undefined || !inside[tree.nodeOf[0][pool]]) {
            continue;
        }
        const sum = byStack.get(site.stack) || {stack: site.stack, blocks: 0, bytes: 0};
        sum.blocks += site.blocks;
        sum.bytes += site.bytes;
        byStack.set(site.stack, sum);
    }
    longList(parent, 'Where blocks were allocated, with all pools below',
        [...byStack.values()].sort((a, b) => b.bytes - a.bytes),
        (item, site) => showSite(item, snapshot, site));
}

// The pools of a node: those of the newer snapshot, then those that only the older one has.
function poolsOf(tree, node) {
    const found = [];
    tree.pools.forEach(function ({start, list}, which) {
        for (let i = start[node]; i < start[node + 1]; i++) {
            const pool = tree.snapshots[which].report.pools[list[i]];
            if (which === 0 || !tree.snapshots[0].byId.has(pool.id) ||
                !isSameProcess(tree.snapshots[0], tree.snapshots[1])) {
                found.push({which, pool});
            }
        }
    });
    return found;
}

function showOnePool(panel, node) {
    const {tree} = page.view;
    const pools = poolsOf(tree, node);
    const wanted = pools.findIndex(({pool}) => pool.id === details.wanted);
    details.index = wanted >= 0 ? wanted : Math.min(details.index, pools.length - 1);
    details.wanted = null;
    if (pools.length > 1) {
        const choice = panel.append('p').attr('id', 'choice');
        choice.append('button').attr('type', 'button').text('[ previous')
            .property('disabled', details.index === 0).on('click', () => otherPool(-1));
        choice.append('span').text(' pool ' + formatCount(details.index + 1) + ' of ' +
            formatCount(pools.length) + ' ');
        choice.append('button').attr('type', 'button').text('next ]')
            .property('disabled', details.index === pools.length - 1)
            .on('click', () => otherPool(1));
    }
    const chosen = pools[details.index];
    if (!chosen) {
        panel.append('p').attr('class', 'note').text('Its pools of the older snapshot have ' +
            'another name or parent now.');
        return;
    }
    const snapshot = tree.snapshots[chosen.which];
    if (chosen.which === 1) {
        panel.append('p').attr('class', 'note').text('Only in the older snapshot.');
    }
    let older;
    if (chosen.which === 0 && tree.old && isSameProcess(snapshot, tree.snapshots[1])) {
        older = tree.snapshots[1].report.pools[tree.snapshots[1].byId.get(chosen.pool.id)];
    }
    showMembers(panel, snapshot, chosen.pool, older);
    showItems(panel, snapshot, chosen.pool.id);
}

function showDetails() {
    const {tree, selected} = page.view;
    const panel = d3.select('#details').text('');
    panel.append('h2').text(nodeName(tree, selected));
    panel.append('h3').text('With all pools below');
    showSums(panel, selected);
    if (selected > 0) {
        panel.append('h3').text('The pool');
        showOnePool(panel, selected);
    } else {
        showReport(panel, 'The report', tree.snapshots[0]);
        if (tree.old) {
            showReport(panel, 'Compared with', tree.snapshots[1]);
        }
    }
    if (tree.now.total.pools[selected] > 1) {
        showSitesBelow(panel, selected);
    }
}

function showReport(panel, title, snapshot) {
    panel.append('h3').text(title);
    const list = panel.append('dl');
    for (const [member, value] of Object.entries(snapshot.report)) {
        if (Array.isArray(value)) {
            term(list, member, formatCount(value.length));
        } else if (member === 'time' && typeof value === 'number') {
            term(list, member, formatTime(value));
        } else if (member === 'sampling' && typeof value === 'number') {
            term(list, member, value === 0 ? 'off' : 'one in ' + formatBytes(value));
        } else {
            term(list, member, typeof value === 'string' ? value : JSON.stringify(value));
        }
    }
}

function otherPool(step) {
    details.index = Math.max(0, details.index + step);
    showDetails();
}
