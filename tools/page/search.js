// search.js - which nodes match a search, and what they have together.
'use strict';

// Returns a function of a text: whether it is found there. /.../ is a regular expression, all else
// is looked for as it stands; case does not matter. Throws where the expression is not one.
function matcherOf(query) {
    if (query.length > 2 && query.startsWith('/') && query.endsWith('/')) {
        const expression = new RegExp(query.slice(1, -1), 'i');
        return (text) => expression.test(text);
    }
    const wanted = query.toLowerCase();
    return (text) => text.toLowerCase().includes(wanted);
}

// A match below another one is in the sum of that one already.
function searchTree(view, query) {
    const {tree, layout, measure} = view;
    const matches = matcherOf(query);
    const byLabel = tree.labels.name.map((name, i) =>
        matches(name) || matches(tree.labels.site[i]) ? 1 : 0);
    const result = {query, match: new Uint8Array(tree.count), nodes: 0, pools: 0, total: 0};
    const covered = new Uint8Array(tree.count);
    for (let node = 1; node < tree.count; node++) {
        const above = covered[tree.parent[node]];
        const found = byLabel[tree.label[node]];
        covered[node] = above | found;
        if (found) {
            result.match[node] = 1;
            result.nodes++;
            result.pools += tree.now.own.pools[node];
            if (!above) {
                result.total += tree.now.total[measure][node];
            }
        }
    }
    result.along = sumsAlong(layout, (node) => result.match[node]);
    return result;
}

function showSearch() {
    const {view} = page;
    const box = document.getElementById('search');
    let text = '';
    view.search = null;
    box.setCustomValidity('');
    if (box.value !== '') {
        try {
            view.search = searchTree(view, box.value);
            text = formatCount(view.search.pools) + (view.search.pools === 1 ? ' pool: ' :
                ' pools: ') + formatAmount(view.measure, view.search.total) + ', ' +
                formatShare(view.search.total, view.tree.now.total[view.measure][0]);
        } catch (error) {
            text = 'not a regular expression';
            box.setCustomValidity(error.message);
        }
    }
    d3.select('#found').text(text);
    d3.select('#matches-box').property('hidden', view.search === null);
}

// The next match in the order of the rows: `step` is 1 or -1.
function nextMatch(step) {
    const {view} = page;
    if (!view.search || view.search.nodes === 0) {
        return;
    }
    const {layout, tree, search} = view;
    let i = layout.rank[view.selected];
    do {
        i = (i + step + tree.count) % tree.count;
    } while (!search.match[layout.order[i]]);
    select(layout.order[i]);
    reveal(layout.order[i]);
}
