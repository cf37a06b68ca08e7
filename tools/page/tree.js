// tree.js - the tree that is shown: nodes made of pools, their sums, and where each of them lies.
//
// A node stands for one pool, for equal siblings together (those with the same name and site), or
// in a comparison for the pools of both snapshots. Node 0 is above all roots. Nodes are numbers,
// and what is known of them is in arrays; a parent has a smaller number than its children, so that
// every pass over the tree is a loop, however deep the tree is.
'use strict';

// What a rectangle's width can be. The sums of a node and of all below it exist for these.
const measures = ['bytes', 'blocks', 'reserved', 'pools'];
const summed = ['bytes', 'blocks', 'reserved', 'peak', 'children', 'held', 'deferred', 'references',
    'limit', 'pools'];

// Numbers for the pairs of name and site, which are many fewer than pools as a rule.
function labelsOf(snapshots) {
    const numbers = new Map();
    const labels = {name: [], site: [], of: []};
    for (const snapshot of snapshots) {
        const own = new Int32Array(snapshot.count);
        snapshot.report.pools.forEach(function (pool, i) {
            const site = pool.site === undefined ? '' : pool.site;
            const key = pool.name.length + ':' + pool.name + site;
            let number = numbers.get(key);
            if (number === undefined) {
                number = labels.name.length;
                numbers.set(key, number);
                labels.name.push(pool.name);
                labels.site.push(site);
            }
            own[i] = number;
        });
        labels.of.push(own);
    }
    return labels;
}

// Gives each pool of the snapshots its node: returns the nodes' parents and labels, and for each
// snapshot the node of each pool.
function makeNodes(snapshots, labels, merge) {
    const parent = [-1];
    const label = [-1];
    const nodeOf = snapshots.map((snapshot) => new Int32Array(snapshot.count));
    const byLabel = new Map();
    const byId = snapshots.length > 1 && isSameProcess(snapshots[0], snapshots[1]);

    function add(above, name) {
        parent.push(above);
        label.push(name);
        return parent.length - 1;
    }

    // In a comparison without merging, the first of several equal siblings belongs to the first of
    // the other snapshot's, the second to the second, unless ids tell more.
    function single(which, i, above, name, key) {
        const pool = snapshots[which].report.pools[i];
        if (which === 0) {
            const node = add(above, name);
            if (snapshots.length > 1 && !byId) {
                const waiting = byLabel.get(key);
                if (waiting === undefined) {
                    byLabel.set(key, {nodes: [node], next: 0});
                } else {
                    waiting.nodes.push(node);
                }
            }
            return node;
        }
        if (byId) {
            const same = snapshots[0].byId.get(pool.id);
            return same !== undefined && labels.of[0][same] === name ? nodeOf[0][same] :
                add(above, name);
        }
        const waiting = byLabel.get(key);
        return waiting !== undefined && waiting.next < waiting.nodes.length ?
            waiting.nodes[waiting.next++] : add(above, name);
    }

    snapshots.forEach(function (snapshot, which) {
        const nodes = nodeOf[which];
        for (let i = 0; i < snapshot.count; i++) {
            const above = snapshot.parent[i] < 0 ? 0 : nodes[snapshot.parent[i]];
            const name = labels.of[which][i];
            const key = above * labels.name.length + name;
            if (!merge) {
                nodes[i] = single(which, i, above, name, key);
                continue;
            }
            let node = byLabel.get(key);
            if (node === undefined) {
                node = add(above, name);
                byLabel.set(key, node);
            }
            nodes[i] = node;
        }
    });
    return {parent: Int32Array.from(parent), label: Int32Array.from(label), nodeOf};
}

// The members of `parts` by node: those of node n are list[start[n]] to list[start[n + 1] - 1].
function groupBy(nodeOf, count) {
    const start = new Int32Array(count + 1);
    for (const node of nodeOf) {
        start[node + 1]++;
    }
    for (let node = 0; node < count; node++) {
        start[node + 1] += start[node];
    }
    const next = start.slice(0, count);
    const list = new Int32Array(nodeOf.length);
    nodeOf.forEach(function (node, i) {
        list[next[node]++] = i;
    });
    return {start, list};
}

// The sums of one snapshot: `own` of a node's pools, `total` with all below it.
function sumUp(snapshot, nodeOf, parent) {
    const sums = {own: {}, total: {}};
    const count = parent.length;
    for (const member of summed) {
        const own = new Float64Array(count);
        const values = snapshot.number[member];
        for (let i = 0; i < snapshot.count; i++) {
            own[nodeOf[i]] += member === 'pools' ? 1 : values[i];
        }
        sums.own[member] = own;
    }
    for (const member of measures) {
        const total = sums.own[member].slice();
        for (let node = count - 1; node > 0; node--) {
            total[parent[node]] += total[node];
        }
        sums.total[member] = total;
    }
    return sums;
}

// In a comparison a node is as wide as the larger of its two states, and what is below it.
function weigh(tree, measure) {
    const weight = tree.now.own[measure].slice();
    if (tree.old) {
        const old = tree.old.own[measure];
        for (let node = 0; node < tree.count; node++) {
            weight[node] = Math.max(weight[node], old[node]);
        }
    }
    for (let node = tree.count - 1; node > 0; node--) {
        weight[tree.parent[node]] += weight[node];
    }
    return weight;
}

// Puts the nodes in rows by depth. In `order` a row's nodes are side by side from left to right,
// from rowStart[depth]; from[node] and to[node] are the ends of its rectangle, in the unit of the
// measure.
function layOut(tree, measure) {
    const {count, children} = tree;
    const weight = weigh(tree, measure);
    const layout = {
        weight, from: new Float64Array(count), to: new Float64Array(count),
        order: new Int32Array(count), rank: new Int32Array(count), rowStart: [0],
    };
    const {from, to, order, rank, rowStart} = layout;
    to[0] = weight[0];
    let filled = 1;
    for (let done = 0; done < count; done++) {
        if (done === rowStart[rowStart.length - 1]) {
            rowStart.push(filled);
        }
        const node = order[done];
        rank[node] = done;
        const below = children.list.subarray(children.start[node], children.start[node + 1]);
        below.sort((a, b) => weight[b] - weight[a] || a - b);
        let at = from[node];
        for (const child of below) {
            from[child] = at;
            at += weight[child];
            to[child] = at;
            order[filled++] = child;
        }
    }
    layout.rows = rowStart.length - 1;
    return layout;
}

// now, old  snapshots; old: null, or what `now` is compared with.
function buildTree(now, old, merge) {
    const snapshots = old ? [now, old] : [now];
    const labels = labelsOf(snapshots);
    const {parent, label, nodeOf} = makeNodes(snapshots, labels, merge);
    const count = parent.length;
    const tree = {
        count, parent, label, labels, nodeOf, snapshots,
        now: sumUp(now, nodeOf[0], parent),
        old: old ? sumUp(old, nodeOf[1], parent) : null,
        pools: nodeOf.map((nodes) => groupBy(nodes, count)),
        depth: new Int32Array(count),
    };
    for (let node = 1; node < count; node++) {
        tree.depth[node] = tree.depth[parent[node]] + 1;
    }
    // Node 0 is nobody's child: its place in the list is before all others.
    tree.children = groupBy(parent.subarray(1), count);
    tree.children.list.forEach(function (child, i, list) {
        list[i] = child + 1;
    });
    return tree;
}

function nodeName(tree, node) {
    if (node === 0) {
        return 'all pools';
    }
    const count = Math.max(tree.now.own.pools[node], tree.old ? tree.old.own.pools[node] : 0);
    const name = tree.labels.name[tree.label[node]].trim() || '(no name)';
    return count > 1 ? name + ' × ' + formatCount(count) : name;
}

function nodeSite(tree, node) {
    return node === 0 ? '' : tree.labels.site[tree.label[node]];
}

function changeOf(tree, node, measure) {
    return tree.now.total[measure][node] - tree.old.total[measure][node];
}

// The first pool of a node: its snapshot and number, by which the node is found again in a tree
// that was built otherwise.
function firstPool(tree, node) {
    for (let which = 0; which < tree.snapshots.length; which++) {
        const {start, list} = tree.pools[which];
        if (start[node] < start[node + 1]) {
            return {which, pool: list[start[node]]};
        }
    }
    return null;
}

function nodeWithId(tree, id) {
    for (let which = 0; which < tree.snapshots.length; which++) {
        const pool = tree.snapshots[which].byId.get(id);
        if (pool !== undefined) {
            return tree.nodeOf[which][pool];
        }
    }
    return 0;
}

function idOfNode(tree, node) {
    const first = firstPool(tree, node);
    return first ? tree.snapshots[first.which].report.pools[first.pool].id : '';
}

// One byte for each node: 1 for `top` and what is below it.
function insideOf(tree, top) {
    const inside = new Uint8Array(tree.count);
    inside[top] = 1;
    for (let node = top + 1; node < tree.count; node++) {
        inside[node] = inside[tree.parent[node]];
    }
    return inside;
}
