// table.js - the table of nodes: sorted by any column, with only those rows in the document that
// can be seen.
'use strict';

const tableRowHeight = 24;
const table = {rows: new Int32Array(0), sort: null, descending: true, columns: []};

function numberColumn(key, title, member, values, hint) {
    return {key, title, member, values, hint, text: (node) => formatAmount(member, values[node])};
}

function changeColumn(key, title, member, now, old, hint) {
    const values = now.map((value, i) => value === old[i] ? 0 : value - old[i]);
    return {
        key, title, member, values, hint, text: (node) => formatChange(member, values[node]),
        state: (node) => values[node] > 0 ? 'grew' : values[node] < 0 ? 'shrank' : '',
    };
}

// Names are compared once for each label, not once for each node.
function ranksOf(tree, texts) {
    const order = texts.map((text, i) => i).sort((a, b) =>
        texts[a] < texts[b] ? -1 : texts[a] > texts[b] ? 1 : 0);
    const ranks = new Float64Array(texts.length);
    order.forEach(function (label, i) {
        ranks[label] = i > 0 && texts[label] === texts[order[i - 1]] ? ranks[order[i - 1]] : i;
    });
    return Float64Array.from(tree.label, (label) => label < 0 ? -1 : ranks[label]);
}

function textColumn(key, title, tree, texts, text, hint) {
    return {key, title, hint, values: ranksOf(tree, texts), text, isText: true};
}

// A limit of 0 is none.
function limitColumn(now) {
    const column = numberColumn('limit', 'limit', 'limit', now.own.limit, 'its own limit');
    const {text} = column;
    column.text = (node) => now.own.limit[node] > 0 ? text(node) : '';
    return column;
}

function singleColumns({now}) {
    return [
        numberColumn('total-bytes', 'total bytes', 'bytes', now.total.bytes,
            'live bytes, with all pools below'),
        numberColumn('bytes', 'bytes', 'bytes', now.own.bytes, 'live bytes of its own'),
        numberColumn('total-blocks', 'total blocks', 'blocks', now.total.blocks,
            'live blocks, with all pools below'),
        numberColumn('blocks', 'blocks', 'blocks', now.own.blocks, 'live blocks of its own'),
        numberColumn('reserved', 'reserved', 'reserved', now.own.reserved,
            'memory that was taken for it'),
        numberColumn('peak', 'peak', 'peak', now.own.peak, 'the largest number of bytes so far'),
        numberColumn('total-pools', 'pools', 'pools', now.total.pools, 'pools, with all below'),
        numberColumn('children', 'children', 'children', now.own.children, 'its child pools'),
        numberColumn('held', 'held', 'held', now.own.held, 'references that it holds'),
        numberColumn('deferred', 'deferred', 'deferred', now.own.deferred, 'deferred calls'),
        numberColumn('references', 'references', 'references', now.own.references,
            'references to it'),
        limitColumn(now),
    ];
}

function comparedColumns({now, old}) {
    function pair(key, member, part, hint) {
        const title = part === 'total' ? 'total ' + member : member;
        return [
            changeColumn(key + '-change', title + ' ±', member, now[part][member],
                old[part][member], 'change of ' + hint),
            numberColumn(key, title, member, now[part][member], hint),
        ];
    }
    return [
        ...pair('total-bytes', 'bytes', 'total', 'live bytes, with all pools below'),
        ...pair('bytes', 'bytes', 'own', 'live bytes of its own'),
        ...pair('total-blocks', 'blocks', 'total', 'live blocks, with all pools below'),
        ...pair('total-pools', 'pools', 'total', 'pools, with all below'),
        ...pair('reserved', 'reserved', 'own', 'memory that was taken for it'),
        ...pair('peak', 'peak', 'own', 'the largest number of bytes so far'),
        ...pair('held', 'held', 'own', 'references that it holds'),
        ...pair('deferred', 'deferred', 'own', 'deferred calls'),
    ];
}

function makeColumns(tree) {
    table.columns = [
        textColumn('name', 'name', tree, tree.labels.name, (node) => nodeName(tree, node),
            'equal siblings together'),
        ...(tree.old ? comparedColumns(tree) : singleColumns(tree)),
        textColumn('site', 'created at', tree, tree.labels.site, (node) => nodeSite(tree, node),
            'where the pool was created'),
    ];
    if (!table.columns.some((column) => column.key === table.sort)) {
        table.sort = tree.old ? 'total-bytes-change' : 'total-bytes';
        table.descending = true;
    }
    d3.select('#head').selectAll('button').data(table.columns).join('button')
        .attr('type', 'button').attr('role', 'columnheader')
        .attr('data-key', (column) => column.key)
        .attr('class', (column) => column.isText ? 'text ' + column.key : 'number')
        .attr('title', (column) => column.hint).text((column) => column.title)
        .on('click', function () {
            sortBy(this.dataset.key);
        });
}

// Nodes at or below the zoomed one; with a search, those that match unless all are wanted.
function chooseRows() {
    const {tree, search} = page.view;
    const inside = insideOf(tree, page.zoom);
    const only = search && document.getElementById('matches-only').checked;
    const chosen = new Int32Array(tree.count);
    let count = 0;
    for (let node = 1; node < tree.count; node++) {
        if (inside[node] && (!only || search.match[node])) {
            chosen[count++] = node;
        }
    }
    table.rows = chosen.slice(0, count);
    sortRows();
}

// Equal values stay in the order of the report.
function sortRows() {
    const {values} = table.columns.find((column) => column.key === table.sort);
    const sign = table.descending ? -1 : 1;
    table.rows.sort(function (a, b) {
        const x = values[a];
        const y = values[b];
        return x === y ? a - b : x < y ? -sign : sign;
    });
    d3.select('#head').selectAll('button').attr('aria-sort', (column) =>
        column.key !== table.sort ? 'none' : table.descending ? 'descending' : 'ascending');
    d3.select('#table').attr('aria-rowcount', table.rows.length + 1);
    d3.select('#row-count').text(formatCount(table.rows.length) +
        (table.rows.length === 1 ? ' row' : ' rows'));
    drawTable();
}

// A second time turns the order around; numbers begin with the largest.
function sortBy(key) {
    const column = table.columns.find((one) => one.key === key);
    table.descending = key === table.sort ? !table.descending : !column.isText;
    table.sort = key;
    sortRows();
    table.box.scrollTop = 0;
}

function tableFactor() {
    const whole = table.rows.length * tableRowHeight;
    const space = Math.min(mostScroll, whole);
    const room = table.box.clientHeight - tableRowHeight;
    return space > room ? (whole - room) / (space - room) : 1;
}

function drawTable() {
    const {box} = table;
    const whole = table.rows.length * tableRowHeight;
    const space = Math.min(mostScroll, whole);
    document.getElementById('body').style.height = space + 'px';
    const top = box.scrollTop * tableFactor();
    const first = Math.max(0, Math.floor(top / tableRowHeight) - 2);
    const last = Math.min(table.rows.length,
        Math.ceil((top + box.clientHeight) / tableRowHeight) + 2);
    const shown = Array.from({length: last - first}, (unused, i) => first + i);
    const rows = d3.select('#body').selectAll('div.row').data(shown).join('div')
        .attr('role', 'row').attr('aria-rowindex', (i) => i + 2)
        .attr('data-node', (i) => table.rows[i])
        .attr('class', (i) => 'row' + (table.rows[i] === page.view.selected ? ' selected' : ''))
        .style('top', (i) => i * tableRowHeight - top + box.scrollTop + 'px');
    rows.selectAll('span').data((i) => table.columns.map((column) => ({column, i}))).join('span')
        .attr('role', 'cell')
        .attr('class', ({column, i}) => (column.isText ? 'text ' + column.key : 'number') +
            (column.state ? ' ' + column.state(table.rows[i]) : ''))
        .attr('title', ({column, i}) => column.isText ? column.text(table.rows[i]) : null)
        .text(({column, i}) => column.text(table.rows[i]));
}

function showRow(i) {
    const {box} = table;
    const room = box.clientHeight - tableRowHeight;
    const y = i * tableRowHeight;
    const top = box.scrollTop * tableFactor();
    if (y < top) {
        box.scrollTop = y / tableFactor();
    } else if (y + tableRowHeight > top + room) {
        box.scrollTop = (y + tableRowHeight - room) / tableFactor();
    }
}

// Selects the row that is `step` rows from the selected one.
function moveRow(step) {
    if (table.rows.length === 0) {
        return;
    }
    const now = table.rows.indexOf(page.view.selected);
    const next = Math.max(0, Math.min(table.rows.length - 1, now + step));
    showRow(next);
    select(table.rows[next]);
    reveal(table.rows[next]);
}

function startTable() {
    table.box = document.getElementById('table');
    table.box.addEventListener('scroll', drawTable);
    function rowOf(event) {
        const row = event.target.closest('.row');
        return row ? Number(row.dataset.node) : -1;
    }
    table.box.addEventListener('click', function (event) {
        if (rowOf(event) > 0) {
            select(rowOf(event));
            reveal(rowOf(event));
        }
    });
    table.box.addEventListener('dblclick', function (event) {
        if (rowOf(event) > 0) {
            zoomTo(rowOf(event));
        }
    });
    new ResizeObserver(function () {
        if (page.view) {
            drawTable();
        }
    }).observe(table.box);
}
